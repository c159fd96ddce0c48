"""Live numbers: all readers of a campaign in one process share one look at the database a second."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator

from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.errors import Busy, NotFound
from app.models.campaign import Campaign
from app.models.tally import Stats
from app.services.numbers import stats

logger = logging.getLogger(__name__)

EVERY = 1.0  # seconds between looks
SILENCE = 15.0  # seconds after which a reader hears that the line is open
MOST_READERS = 5_000  # of one process


class _Numbers:
    """The newest numbers of one campaign. Readers wait for the next ones; who is slow misses some."""

    def __init__(self, campaign_id: uuid.UUID) -> None:
        self.campaign_id = campaign_id
        self.readers = 0
        self.nobody = asyncio.Event()
        self.edition = 0
        self.text = ""
        self.ended = False
        self.changed = asyncio.Event()
        self._shown: Stats | None = None

    def show(self, found: Stats) -> None:
        """Tell all readers, if something is new."""
        if self._shown is None or found != self._shown.model_copy(update={"as_of": found.as_of}):
            self._shown, self.text = found, found.model_dump_json()
            self.edition += 1
            self.wake()

    def end(self) -> None:
        """Let all readers go: the campaign is public no more."""
        self.ended = True
        self.wake()

    def wake(self) -> None:
        waiting, self.changed = self.changed, asyncio.Event()
        waiting.set()


class Watch:
    """Who watches which campaign. One task looks for each campaign that is watched, and ends with its last reader."""

    def __init__(self, database: Database, *, every: float = EVERY, most: int = MOST_READERS) -> None:
        self._database = database
        self._every = every
        self._most = most
        self._watched: dict[uuid.UUID, _Numbers] = {}
        self._looking: set[asyncio.Task[None]] = set()
        self._stopping = False

    def require_room(self) -> None:
        """Refuse one reader more than a process can bear, and all when it stops."""
        if self._stopping or sum(each.readers for each in self._watched.values()) >= self._most:
            raise Busy("Too many are watching at the moment. The numbers are at …/stats, too.")

    async def follow(self, campaign_id: uuid.UUID) -> AsyncGenerator[str | None]:
        """Yield a campaign's stats as JSON, at once and whenever they change; None after a silence."""
        numbers = self._join(campaign_id)
        seen = 0
        try:
            while not (self._stopping or numbers.ended):
                changed = numbers.changed
                if numbers.edition > seen:
                    seen = numbers.edition
                    yield numbers.text
                elif not await _within(SILENCE, changed):
                    yield None
        finally:
            self._leave(numbers)

    def stop(self) -> None:
        """Let all readers go."""
        self._stopping = True
        for numbers in self._watched.values():
            numbers.wake()
            numbers.nobody.set()

    async def close(self) -> None:
        """Wait until nobody looks any more."""
        self.stop()
        await asyncio.gather(*self._looking)

    def _join(self, campaign_id: uuid.UUID) -> _Numbers:
        numbers = self._watched.get(campaign_id)
        if numbers is None:
            numbers = self._watched[campaign_id] = _Numbers(campaign_id)
            looking = asyncio.create_task(self._look(numbers))
            self._looking.add(looking)
            looking.add_done_callback(self._looking.discard)
        numbers.readers += 1
        return numbers

    def _leave(self, numbers: _Numbers) -> None:
        numbers.readers -= 1
        if numbers.readers == 0:
            self._watched.pop(numbers.campaign_id, None)
            numbers.nobody.set()

    async def _look(self, numbers: _Numbers) -> None:
        while not numbers.nobody.is_set():
            try:
                async with self._database.reading() as session:
                    campaign = await session.get_one(Campaign, numbers.campaign_id)
                    numbers.show(await stats.read(session, campaign.slug))
            except NotFound:
                numbers.end()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("live numbers: the database does not answer (%s)", type(error).__name__)
            except Exception:
                logger.exception("live numbers: a look went wrong")
            await _within(self._every, numbers.nobody)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event, so long at most; tell whether it came."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
