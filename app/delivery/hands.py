"""What a worker has in hand: claimed in one lane, waiting for a connection, under way, or finished and not settled."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from app.delivery.attempt import Ready
from app.delivery.claims import Lane
from app.delivery.drafts import Draft
from app.delivery.settlement import Settlement

IN_HAND = 600  # unanswered deliveries that a worker holds at once in each lane, at most
FIRST_HAND = 16  # … and to begin with: so many, at most, wait in vain for a mail server that never answers
MORE = 2  # by which that grows with each delivery that is settled
LONGEST_WAIT = 5.0  # seconds in hand before its turn: where it takes longer, a few are enough
PLENTY = 64  # waiting deliveries that keep the connections busy for longer than a settling takes
CONNECTIONS = 4  # on which it sends letters at once
GATHERING = 0.02  # seconds for which what is finished is held before it is settled, while there is plenty to send
REST = 0.25  # seconds for which a lane in which nothing was due is left alone, while others are at work

_Waiting = tuple[Draft, float, float]  # until when it may begin, and since when it waits
Compose = Callable[[Draft, float], Ready | Settlement]
Deliver = Callable[[Ready, Ready | None], Awaitable[Settlement]]


def next_size(size: int, settlements: Sequence[Settlement], *, waited: float) -> int:
    """Return how many to hold: more for each answer, as TCP starts slowly; few after none, or a long wait."""
    if waited > LONGEST_WAIT or not all(each.spent for each in settlements):
        return FIRST_HAND
    return min(size + MORE * len(settlements), IN_HAND)


class Hand:
    """One lane's. Lanes are apart: a slow office keeps nobody from confirming."""

    def __init__(self, lane: Lane, compose: Compose, deliver: Deliver, news: asyncio.Event) -> None:
        self.lane = lane
        self.carriers: set[asyncio.Task[None]] = set()  # each takes the next delivery, for as long as there is one
        self.finished: list[Settlement] = []
        self._compose = compose
        self._deliver = deliver
        self._news = news  # set whenever something is finished
        self._connections = CONNECTIONS if lane is Lane.LETTERS else 1
        self._waiting: deque[_Waiting] = deque()
        self._count = 0
        self._open = 0  # of them, not finished
        self._size = FIRST_HAND
        self._rests_until = 0.0

    def __len__(self) -> int:
        return self._count

    @property
    def room(self) -> int:
        """How many to claim: none while more than half are open, for a claim costs the same for one as for many."""
        if self.lane is Lane.SUSPECTS:
            return int(not self._count)  # alone, until it is settled: then only the guilty one fails three times
        room = self._size - self._open
        return room if 2 * room >= self._size else 0

    @property
    def rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def rest(self) -> None:
        """Remember that nothing was due."""
        self._rests_until = time.monotonic() + REST

    @property
    def is_busy(self) -> bool:
        """Whether more is waiting than can be under way."""
        return len(self._waiting) >= self._connections

    @property
    def has_plenty(self) -> bool:
        """Whether the connections have work for a while."""
        return len(self._waiting) >= PLENTY

    def take(self, drafts: Iterable[Draft], *, until: float) -> None:
        """Have these delivered, as far as they begin by `until`."""
        since = time.monotonic()
        new = [(draft, until, since) for draft in drafts]
        self._count += len(new)
        self._open += len(new)
        self._waiting.extend(new)
        for _ in range(min(self._connections - len(self.carriers), len(new))):
            carrier = asyncio.create_task(self._carry())
            self.carriers.add(carrier)
            carrier.add_done_callback(self.carriers.discard)

    @contextmanager
    def settling(self) -> Iterator[list[Settlement]]:
        """Yield what is finished; afterwards it is out of hand, unless something went wrong."""
        finished, self.finished = self.finished, []
        try:
            yield finished
        except BaseException:
            self.finished = finished + self.finished
            raise
        self._count -= len(finished)
        waited = time.monotonic() - self._waiting[0][-1] if self._waiting else 0.0
        self._size = next_size(self._size, finished, waited=waited)

    async def _carry(self) -> None:
        """Have one after the other delivered. While there are plenty, the next is ready before its turn."""
        this = self._next()
        while this:
            following = self._next() if self.is_busy else None
            self._finish(await self._deliver(this, following))
            this = following or self._next()

    def _next(self) -> Ready | None:
        while self._waiting:
            draft, until, _ = self._waiting.popleft()
            ready = self._compose(draft, until)
            if not isinstance(ready, Settlement):
                return ready
            self._finish(ready)
        return None

    def _finish(self, settlement: Settlement) -> None:
        self._open -= 1
        self.finished.append(settlement)  # to the list that is there by now
        self._news.set()


class Hands:
    """All of a worker's, one for each lane."""

    def __init__(self, compose: Compose, deliver: Deliver) -> None:
        self._news = asyncio.Event()
        lanes = Lane.NOTICES, Lane.LETTERS, Lane.SUSPECTS
        self._hands = [Hand(lane, compose, deliver, self._news) for lane in lanes]

    def __iter__(self) -> Iterator[Hand]:
        return iter(self._hands)

    def __len__(self) -> int:
        """How much is claimed and not settled."""
        return sum(map(len, self._hands))

    @property
    def carriers(self) -> list[asyncio.Task[None]]:
        """Who is under way with it."""
        return [carrier for hand in self._hands for carrier in hand.carriers]

    async def some_finished(self, *, patience: float | None) -> None:
        """Wait until something is finished, for so many seconds at most; a moment more where more will be soon."""
        if not any(hand.finished for hand in self._hands):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), patience)
        if any(hand.has_plenty for hand in self._hands):  # a transaction costs the same for one as for many
            await asyncio.sleep(GATHERING)
        self._news.clear()

    @contextmanager
    def settling(self) -> Iterator[list[Settlement]]:
        """Yield what is finished in all lanes; afterwards it is out of hand, unless something went wrong."""
        with ExitStack() as stack:
            yield [each for hand in self._hands for each in stack.enter_context(hand.settling())]
