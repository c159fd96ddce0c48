"""Work done in groups: what arrives while one is under way forms the next. What comes alone never waits for others."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from app.database import was_in_the_way
from app.errors import Busy, UnsilencedError

LARGEST_GROUP = 100
SMALLEST_BESIDE = 8  # of a group beside another: smaller ones cost more than they win
MOST_WAITING = 2_000  # beyond it, callers are asked to come back: an answer after seconds helps nobody

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]]


class Groups(Generic[Item, Result]):
    """Hands items to `work` in groups, and each result or refusal back to the one who brought the item.

    When the database refuses a group as a whole, the group is halved until the item at fault stands alone, so that it
    spoils no other. Who stops waiting changes nothing: the item is worked on all the same.
    """

    def __init__(self, work: Work[Item, Result], *, at_once: int = 1) -> None:
        """`at_once`: how many groups may be under way together."""
        self._work = work
        self._at_once = at_once
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._under_way: dict[asyncio.Task[None], int] = {}

    async def add(self, item: Item) -> Result:
        """Return what came of the item, once its group is done; Busy when too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            raise Busy("Very many people are writing at this moment. Nothing was stored: please try again in a moment.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        loop.call_soon(self._begin)  # together with all who arrived in the same instant
        return await asyncio.shield(future)

    def _begin(self) -> None:
        """Begin the next group, if it is time."""
        if not self._is_time:
            return
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_GROUP))]
        task = asyncio.create_task(self._do(group))
        self._under_way[task] = len(group)
        task.add_done_callback(self._end)

    @property
    def _is_time(self) -> bool:
        """Whoever comes alone begins; beside a group only another as large does, or groups would become small."""
        if not self._under_way:
            return bool(self._waiting)
        beside = max(SMALLEST_BESIDE, *self._under_way.values())
        return len(self._under_way) < self._at_once and len(self._waiting) >= beside

    def _end(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._begin()

    async def _do(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        """Work on a group, and answer whoever waits for it."""
        outcomes = await self._outcomes([item for item, _ in group])
        if outcomes is None:
            await self._halve(group)
            return
        for (_, future), outcome in zip(group, outcomes, strict=True):
            _answer(future, outcome)

    async def _halve(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        middle = len(group) // 2
        for half in (group[:middle], group[middle:]):
            await self._do(half)

    async def _outcomes(self, items: Sequence[Item]) -> Sequence[Result | Exception] | None:
        """Return what came of each item. None: the database refuses them as a whole."""
        try:
            return await self._work_twice(items)
        except (IntegrityError, DataError) as error:
            return None if len(items) > 1 else [error]
        except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it is
            return [error] * len(items)

    async def _work_twice(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        """Work once more where the database took it all back only because others were in the way."""
        try:
            return await self._work(items)
        except DBAPIError as error:
            if not was_in_the_way(error):
                raise
            return await self._work(items)


def each_once(read: Callable[[Item], Awaitable[Result]]) -> Work[Item, Result]:
    """Return the work of reading: each different item once, whoever asks for it together."""

    async def work(items: Sequence[Item]) -> list[Result | Exception]:
        found = {item: await _outcome(read(item)) for item in dict.fromkeys(items)}
        return [found[item] for item in items]

    return work


async def _outcome(reading: Awaitable[Result]) -> Result | Exception:
    try:
        return await reading
    except UnsilencedError as refusal:
        return refusal


def _answer(future: asyncio.Future[Result], outcome: Result | Exception) -> None:
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
        future.exception()  # nobody may be left to hear it
    else:
        future.set_result(outcome)
