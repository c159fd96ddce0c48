"""The delivery worker: claims what is due, composes it, hands it to the mail server, writes down what became of it."""

import asyncio
import logging
import random
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

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

IN_HAND = 100  # deliveries that a worker holds at once
CONNECTIONS = 4  # on which it sends at once
IDLE = 0.5  # seconds between looks at an empty queue
TIDY_EVERY = 3600.0  # seconds
TROUBLE = 5.0  # seconds to wait when the database does not answer


@dataclass
class Worker:
    """Holds at most IN_HAND deliveries; what is finished together is settled together."""

    database: Database
    mailer: Mailer
    keys: Keys
    settings: Settings

    def __post_init__(self) -> None:
        self._in_hand: set[asyncio.Task[Settlement]] = set()
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._tidy_at = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop; then finish what is in hand."""
        while not stopping.is_set():
            try:
                await self._tidy()
                busy = await self.run_once()
            except (SQLAlchemyError, OSError) as error:
                name = type(error).__name__
                logger.warning("the database does not answer (%s); looking again in %s s", name, TROUBLE)
                await _pause(stopping, TROUBLE)
            except Exception:
                logger.exception("a turn of the worker went wrong; going on in %s s", TROUBLE)
                await _pause(stopping, TROUBLE)
            else:
                if not busy:
                    await _pause(stopping, IDLE)
        await self.finish()

    async def run_once(self) -> bool:
        """Claim what there is room for, settle what is finished. False: there is nothing to do."""
        await self._claim(letters=False)
        await self._claim(letters=True)
        if not self._in_hand:
            return False
        await self._settle(patience=IDLE)
        return True

    async def _tidy(self) -> None:
        """Forget, once in a while, what must not be kept longer."""
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_EVERY
            await scrub.run(self.database, at=now())

    async def finish(self) -> None:
        """Settle all that is in hand, and claim nothing more."""
        while self._in_hand:
            await self._settle(patience=None)

    async def drain(self) -> None:
        """Deliver everything that is due now."""
        while await self.run_once():
            pass

    async def _claim(self, *, letters: bool) -> None:
        room = IN_HAND - len(self._in_hand)
        if room <= 0:
            return
        until = time.monotonic() + self.settings.lease_time
        async with self.database.transaction() as session:
            taken = await claims.claim(session, letters=letters, most=room, lease_time=self.settings.lease_time)
            if not taken:
                return
            read = drafts.of_letters(session, taken, at=now()) if letters else drafts.of_notices(session, taken)
            ready = await read
        for draft in ready:
            self._in_hand.add(asyncio.create_task(self._deliver(draft, until=until)))

    async def _deliver(self, draft: Draft, *, until: float) -> Settlement:
        """Compose and send one, while the lease holds. Never raises: whatever goes wrong is a settlement."""
        async with self._connections:
            if time.monotonic() >= until:
                return Settlement(draft.claim, "not tried: the lease had run out", wait=0)
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
            error.reply = error.reply.replace(mail.person, "…")
            raise
        sealed = self.keys.seal(f"{mail.subject}\n{mail.body}".encode(), about=letter_id) if letter_id else None
        return Settlement(draft.claim, reply, stage=Stage.SENT, message_id=mail.message_id, sealed_text=sealed)

    def _again(self, draft: Draft, error: TryAgain) -> Settlement:
        chance = random.random()  # noqa: S311 - spreads the herd, guards nothing
        wait = retry.wait(draft.claim.attempts, first=self.settings.retry_first, chance=chance)
        if wait is None:
            return Settlement(
                draft.claim, error.reply, stage=Stage.FAILED, reason=Reason.GAVE_UP, uncertain=error.uncertain
            )
        return Settlement(draft.claim, error.reply, wait=wait, uncertain=error.uncertain)

    async def _settle(self, *, patience: float | None) -> None:
        """Write down in one transaction whatever is finished by now."""
        done, _ = await asyncio.wait(self._in_hand, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return
        async with self.database.transaction() as session:
            await claims.settle(session, [task.result() for task in done], at=now())
        self._in_hand -= done


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
