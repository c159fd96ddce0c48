"""What a worker has in hand: claimed in one lane, waiting for a connection, under way, or finished and not settled."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager

from app.delivery.attempt import Ready
from app.delivery.claims import Lane
from app.delivery.drafts import Draft
from app.delivery.settlement import Settlement

IN_HAND = 600  # deliveries that a worker holds at once in each lane
CONNECTIONS = 4  # on which it sends letters at once
REST = 0.25  # seconds for which a lane in which nothing was due is left alone, while others are at work

Compose = Callable[[Draft, float], Ready | Settlement]
Deliver = Callable[[Ready, Ready | None], Awaitable[Settlement]]


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
        self._waiting: deque[tuple[Draft, float]] = deque()
        self._count = 0
        self._rests_until = 0.0

    def __len__(self) -> int:
        return self._count

    @property
    def room(self) -> int:
        """How many to claim: none while more than half are in hand, for a claim costs the same for one as for many."""
        most = 1 if self.lane is Lane.SUSPECTS else IN_HAND  # alone: then only the guilty one fails three times
        room = most - self._count
        return room if 2 * room >= most else 0

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

    def take(self, drafts: Iterable[Draft], *, until: float) -> None:
        """Have these delivered, as far as they begin by `until`."""
        new = [(draft, until) for draft in drafts]
        self._count += len(new)
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

    async def _carry(self) -> None:
        """Have one after the other delivered. While there are plenty, the next is ready before its turn."""
        this = self._next()
        while this:
            following = self._next() if self.is_busy else None
            self._finish(await self._deliver(this, following))
            this = following or self._next()

    def _next(self) -> Ready | None:
        while self._waiting:
            ready = self._compose(*self._waiting.popleft())
            if not isinstance(ready, Settlement):
                return ready
            self._finish(ready)
        return None

    def _finish(self, settlement: Settlement) -> None:
        self.finished.append(settlement)  # to the list that is there by now
        self._news.set()
