"""The delivery worker: claims what is due, composes it, hands it to the mail server, writes down what became of it."""

import asyncio
import logging
import random
import re
import time
from collections.abc import Sequence

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from app.config import Settings
from app.database import Database
from app.delivery import claims, drafts, message, retry, writing
from app.delivery.claims import Settlement
from app.delivery.drafts import Draft
from app.delivery.mailer import Envelope, Mailer, Never, Refusal, TryAgain
from app.models.columns import now
from app.models.letter import Reason, Stage
from app.services import scrub
from app.services.sealing import Keys

logger = logging.getLogger(__name__)

IN_HAND = 100  # deliveries that a worker holds at once in each lane
CONNECTIONS = 4  # on which it sends letters at once
BEGUN_WITHIN = 0.25  # of a lease: the rest is for the mail server, or another worker would begin the same letter
IDLE = 0.5  # seconds between looks at an empty queue
TIDY_EVERY = 3600.0  # seconds
TROUBLE = 5.0  # seconds to wait when the database does not answer


class _Lane:
    """Letters and notices travel apart, so that a slow office keeps nobody from confirming."""

    def __init__(self, *, letters: bool, connections: int) -> None:
        self.letters = letters
        self.connections = asyncio.Semaphore(connections)
        self.in_hand: set[asyncio.Task[Settlement]] = set()


class Worker:
    """Holds at most IN_HAND deliveries in each lane; what is finished together is settled together."""

    def __init__(self, database: Database, mailer: Mailer, keys: Keys, settings: Settings) -> None:
        self.database = database
        self.mailer = mailer
        self.keys = keys
        self.settings = settings
        self._lanes = (_Lane(letters=False, connections=1), _Lane(letters=True, connections=CONNECTIONS))
        self._tidy_at = 0.0

    @property
    def in_hand(self) -> set[asyncio.Task[Settlement]]:
        """What is claimed and not settled."""
        return set[asyncio.Task[Settlement]]().union(*(lane.in_hand for lane in self._lanes))

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop; then finish what is in hand."""
        while not stopping.is_set():
            try:
                await self._tidy()
                busy = await self.run_once()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("the database does not answer (%s); again in %s s", type(error).__name__, TROUBLE)
                await _pause(stopping, TROUBLE)
            except Exception:
                logger.exception("a turn of the worker went wrong; going on in %s s", TROUBLE)
                await _pause(stopping, TROUBLE)
            else:
                if not busy:
                    await _pause(stopping, IDLE)
        try:
            await self.finish()
        except (SQLAlchemyError, OSError) as error:
            logger.warning("not settled (%s): these are due again when their lease has run out", type(error).__name__)

    async def run_once(self) -> bool:
        """Claim what there is room for, settle what is finished. False: there is nothing to do."""
        for lane in self._lanes:
            await self._claim(lane)
        return await self._settle(patience=IDLE)

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

    async def _claim(self, lane: _Lane) -> None:
        room = IN_HAND - len(lane.in_hand)
        if 2 * room < IN_HAND:  # a claim costs the same for one as for many
            return
        until = time.monotonic() + BEGUN_WITHIN * self.settings.lease_time
        async with self.database.transaction() as session:
            taken = await claims.claim(session, letters=lane.letters, most=room, lease_time=self.settings.lease_time)
            if not taken:
                return
            read = drafts.of_letters(session, taken, at=now()) if lane.letters else drafts.of_notices(session, taken)
            ready = await read
        lane.in_hand |= {asyncio.create_task(self._deliver(draft, lane, until=until)) for draft in ready}

    async def _deliver(self, draft: Draft, lane: _Lane, *, until: float) -> Settlement:
        """Compose and send one, while the lease is young. Never raises: whatever goes wrong is a settlement."""
        async with lane.connections:
            if time.monotonic() >= until:
                return Settlement(draft.claim, "not tried: too little of the lease was left", wait=0)
            try:
                return await self._send(draft)
            except TryAgain as error:
                return self._again(draft, error)
            except Never as error:
                return Settlement(draft.claim, error.reply, stage=Stage.FAILED, reason=Reason.REFUSED_BY_SERVER)
            except Exception as error:
                logger.exception("delivery %s could not be composed", draft.claim.id)
                return self._again(draft, TryAgain(f"not composed: {type(error).__name__}"))

    async def _send(self, draft: Draft) -> Settlement:
        letter_id = draft.claim.letter_id
        mail = (writing.letter if letter_id else writing.notice)(draft, self.keys, self.settings)
        try:
            reply = await self.mailer.send(Envelope(mail.sender, mail.to, message.to_bytes(mail, at=now())))
        except Refusal as error:
            error.reply = re.sub(rf"\b{re.escape(mail.person)}\b", "…", error.reply)
            raise
        sealed = self.keys.seal(f"{mail.subject}\n{mail.body}".encode(), about=letter_id) if letter_id else None
        return Settlement(draft.claim, reply, stage=Stage.SENT, message_id=mail.message_id, sealed_text=sealed)

    def _again(self, draft: Draft, error: TryAgain) -> Settlement:
        chance = random.random()  # noqa: S311 - spreads the herd, guards nothing
        wait = retry.wait(draft.claim.attempts, first=self.settings.retry_first, chance=chance)
        stage, reason = (Stage.FAILED, Reason.GAVE_UP) if wait is None else (None, None)
        return Settlement(draft.claim, error.reply, stage, reason, wait=wait, uncertain=error.uncertain)

    async def _settle(self, *, patience: float | None) -> bool:
        """Write down in one transaction whatever is finished by now. False: nothing is in hand."""
        if not self.in_hand:
            return False
        done, _ = await asyncio.wait(self.in_hand, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        await self._write([task.result() for task in done])
        for lane in self._lanes:
            lane.in_hand -= done
        return True

    async def _write(self, settlements: Sequence[Settlement]) -> None:
        """Settle together; where the database refuses one of them, each by itself, so that it spoils no other."""
        if not settlements:
            return
        try:
            async with self.database.transaction() as session:
                await claims.settle(session, settlements, at=now())
        except (DataError, IntegrityError, ValueError):
            if len(settlements) == 1:
                logger.exception("delivery %s could not be settled", settlements[0].claim.id)
                return
            for each in settlements:
                await self._write([each])


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
