"""The delivery worker: claims what is due, has it attempted, and has written down what became of it."""

import asyncio
import logging
import time
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import Settings
from app.database import Database
from app.delivery import claims, leaving, notices, refusals, settling, signing, turns
from app.delivery.attempt import Attempts, Ready
from app.delivery.claims import Claim, Lane
from app.delivery.drafts import Draft
from app.delivery.hands import Hand, Hands
from app.delivery.mailer import Mailer
from app.delivery.settlement import Settlement
from app.models.columns import now
from app.services import scrub
from app.services.sealing import Keys
from app.services.telling import announcing, reminders
from app.stopping import pause

logger = logging.getLogger(__name__)

IDLE = 0.5  # seconds between looks at an empty queue
TIDY_EVERY = 3600.0  # seconds
TELL_EVERY = 5.0  # seconds between looks for news, while there are letters to send
TROUBLE = 5.0  # seconds to wait, at most, when the database does not answer; before that …
FIRST_TROUBLE = 0.1  # … so long, then twice as long each time: leases of what is in hand run on


class Worker:
    """Holds deliveries of each lane; what is finished together is settled together."""

    def __init__(self, database: Database, mailer: Mailer, keys: Keys, settings: Settings) -> None:
        self.database = database
        self.mailer = mailer
        self.keys = keys
        self.settings = settings
        self._attempts = Attempts(mailer, keys, settings, signing.from_settings(settings))
        self._refusals = refusals.Refusals()
        self._stopping = asyncio.Event()
        self._tidy_at = 0.0
        self._tell_at = 0.0
        self._owed = 0.0  # seconds that the database is left to others: claims took it for what turned out to be over
        self._hands = Hands(self._attempts.compose, self._deliver)

    @property
    def in_hand(self) -> int:
        """How much is claimed and not settled."""
        return len(self._hands)

    @property
    def carriers(self) -> list[asyncio.Task[None]]:
        """Who is under way with it."""
        return self._hands.carriers

    @property
    def _time_to_begin(self) -> float:
        """Seconds after a claim in which a delivery may begin, so that even a late reply comes within the lease."""
        lease_time = self.settings.lease_time
        return max(lease_time - self.settings.final_timeout, lease_time / 3)

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop; then finish what has begun, and give the rest back."""
        self._stopping = stopping
        trouble = FIRST_TROUBLE
        while not stopping.is_set():
            try:
                if trouble > FIRST_TROUBLE:
                    await self._settle(patience=0)  # before anything is claimed: else what has left goes again
                await self._tidy()
                busy = await self.run_once()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("the database does not answer (%s); again in %s s", type(error).__name__, trouble)
                await pause(stopping, trouble)
                trouble = min(2 * trouble, TROUBLE)
            except Exception:
                logger.exception("a turn of the worker went wrong; going on in %s s", TROUBLE)
                await pause(stopping, TROUBLE)
            else:
                trouble = FIRST_TROUBLE
                if not busy:
                    await pause(stopping, IDLE)
                elif self._owed:
                    await pause(stopping, self._owed)
                    self._owed = 0.0
        try:
            await self.finish()
        except (SQLAlchemyError, OSError) as error:
            logger.warning("not settled (%s): these are due again when their lease has run out", type(error).__name__)

    async def run_once(self) -> bool:
        """Claim what there is room for, settle what is finished. False: there is nothing to do."""
        told = await self._tell()
        claimed = any([await self._claim(each) for each in self._hands if not each.rests or not self.in_hand])
        return await self._settle(patience=0 if claimed else IDLE) or told or claimed

    async def finish(self) -> None:
        """Settle all that is in hand, and claim nothing more."""
        while await self._settle(patience=None):
            pass

    async def drain(self) -> None:
        """Deliver everything that is due now."""
        while await self.run_once():
            pass

    async def _tidy(self) -> None:
        """Forget, once in a while, what must not be kept longer."""
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_EVERY
            await scrub.run(self.database, at=now())
            await reminders.run(self.database, at=now())

    async def _tell(self) -> bool:
        """Queue the next notices of what campaigns have to tell: when idle, and else once in a while."""
        if self.in_hand and time.monotonic() < self._tell_at:
            return False
        self._tell_at = time.monotonic() + TELL_EVERY
        return await announcing.tell_some(self.database, at=now())

    async def _claim(self, hand: Hand) -> bool:
        most = min(hand.room, self.mailer.room)
        if not most:
            return False
        began = time.monotonic()
        until = began + self._time_to_begin
        async with self.database.transaction() as session:
            taken = await self._take(session, hand.lane, most=most)
            ready = await self._read(session, taken) if taken else []
        hand.take(ready, until=until)
        if not taken:
            hand.rest()
        elif not ready:
            self._owed += time.monotonic() - began
        return bool(taken)

    async def _take(self, session: AsyncSession, lane: Lane, *, most: int) -> list[Claim]:
        if lane is Lane.LETTERS and self.settings.pacing:
            return await turns.claim(session, self.settings, most=most, at=now())
        taken = await claims.claim(session, lane, most=most, lease_time=self.settings.lease_time)
        for each in taken if lane is Lane.SUSPECTS and self.settings.pacing else []:
            if each.office_id:
                await turns.charge(session, self.settings, each.office_id)
        return taken

    async def _read(self, session: AsyncSession, taken: Sequence[Claim]) -> list[Draft]:
        letters = [each for each in taken if each.letter_id]
        asking = [each for each in taken if not each.letter_id]
        return [
            *(await leaving.of_letters(session, letters, at=now()) if letters else ()),
            *(await notices.drafts(session, asking, self.keys, at=now()) if asking else ()),
        ]

    async def _deliver(self, ready: Ready, following: Ready | None) -> Settlement:
        """Attempt one delivery, while the lease holds and nobody wants to stop. Never raises."""
        if time.monotonic() >= ready.until:
            return self._attempts.give_up(ready, "not tried: the lease would not have lasted")
        if self._stopping.is_set():
            return self._attempts.give_up(ready, "not tried: the worker was told to stop")
        return await self._attempts.make(ready, following)

    async def _settle(self, *, patience: float | None) -> bool:
        """Write down in one transaction whatever is finished by now. False: nothing is in hand."""
        if not self.in_hand:
            return False
        await self._hands.some_finished(patience=patience)
        with self._hands.settling() as finished:
            await settling.write_down(self.database, finished)
        for campaign_id, words in self._refusals.note(finished).items():
            await refusals.pause(self.database, campaign_id, words)
        return True
