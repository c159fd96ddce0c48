"""The caller of webhooks, beside the delivery worker: claims, calls outside transactions, writes down the answers."""

import asyncio
import logging
import random
import time
import uuid
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from standardwebhooks.webhooks import Webhook as Signer

from app.config import Settings
from app.database import Database
from app.delivery import calls, retry
from app.delivery.caller import Caller, NotTaken
from app.delivery.calls import Call, Called
from app.models.columns import now
from app.services.interfaces import letters_sent
from app.services.sealing import Keys
from app.stopping import pause

logger = logging.getLogger(__name__)

IN_HAND = 20  # calls that one process makes at once, one a webhook
IDLE = 1.0  # seconds between looks
TROUBLE = 5.0  # seconds to wait when the database does not answer
COUNT_EVERY = 60.0  # seconds between tellings of letters sent
FORGET_EVERY = 3600.0  # seconds
KEEP_CALLS = timedelta(days=30)
MOST_ATTEMPTS = 24  # with the defaults about five days
GONE = 410  # "no more, please": Standard Webhooks


class Hooks:
    """Holds at most IN_HAND calls, and one of each webhook: who is slow keeps nobody else waiting."""

    def __init__(self, database: Database, keys: Keys, settings: Settings) -> None:
        self.database = database
        self.keys = keys
        self.settings = settings
        self._caller = Caller(this_machine=settings.webhooks_to_this_machine)
        self._in_hand: dict[asyncio.Task[Called], uuid.UUID] = {}
        self._count_at = self._forget_at = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Call until told to stop; then finish what is in hand."""
        while not stopping.is_set():
            try:
                await self._by_the_clock()
                wait = 0.0 if await self.run_once() else IDLE
            except (SQLAlchemyError, OSError) as error:
                logger.warning("webhooks: the database does not answer (%s)", type(error).__name__)
                wait = TROUBLE
            except Exception:
                logger.exception("webhooks: a turn went wrong")
                wait = TROUBLE
            await pause(stopping, wait)
        await self.close()

    async def run_once(self) -> bool:
        """Claim what there is room for, settle what is finished. False: there is nothing to do."""
        await self._claim()
        return await self._settle(patience=IDLE)

    async def drain(self) -> None:
        """Make all calls that are due now."""
        while await self.run_once():
            pass

    async def count(self, *, at: datetime) -> None:
        """Tell how many letters were sent."""
        async with self.database.transaction() as session:
            await letters_sent.tell(session, at=at)

    async def close(self) -> None:
        """Finish what is in hand: a call takes fifteen seconds at most."""
        while self._in_hand:
            try:
                await self._settle(patience=None)
            except (SQLAlchemyError, OSError):
                logger.warning("webhooks: not settled; these calls are made again when their lease has run out")
                break
        await self._caller.close()

    async def _by_the_clock(self) -> None:
        if time.monotonic() >= self._count_at:
            self._count_at = time.monotonic() + COUNT_EVERY
            await self.count(at=now())
        if time.monotonic() >= self._forget_at:
            self._forget_at = time.monotonic() + FORGET_EVERY
            async with self.database.transaction() as session:
                await calls.forget(session, before=now() - KEEP_CALLS)

    async def _claim(self) -> None:
        async with self.database.reading() as session:  # nearly always there is nothing, and a look locks nobody
            if len(self._in_hand) >= IN_HAND or not await calls.any_due(session):
                return
        async with self.database.transaction() as session:
            room, busy = IN_HAND - len(self._in_hand), list(self._in_hand.values())
            claimed = await calls.claim(session, most=room, busy=busy)
        self._in_hand |= {asyncio.create_task(self._call(call)): call.webhook_id for call in claimed}

    async def _call(self, call: Call) -> Called:
        """Make one call. Never raises: what goes wrong is an answer too."""
        try:
            status = await self._caller.post(call.url, self._signed(call), call.body.encode())
        except NotTaken as error:
            return self._again(call, str(error))
        except Exception as error:
            logger.exception("webhook call %s went wrong", call.id)
            return self._again(call, type(error).__name__)
        if 200 <= status < 300:  # noqa: PLR2004 - success in HTTP
            return Called(call, str(status), taken=True)
        if status == GONE:
            return Called(call, "410: it wants no more calls", gone=True)
        return self._again(call, str(status))

    def _signed(self, call: Call) -> dict[str, str]:
        """The headers of Standard Webhooks. The id is the same in every attempt, the time is not."""
        at = now()
        secrets = [self.keys.open(sealed, about=call.webhook_id).decode() for sealed in call.sealed_secrets]
        return {
            "Content-Type": "application/json",
            "User-Agent": "Unsilenced",
            "webhook-id": str(call.id),
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(Signer(secret).sign(str(call.id), at, call.body) for secret in secrets),
        }

    def _again(self, call: Call, answer: str) -> Called:
        if call.attempts >= MOST_ATTEMPTS:
            return Called(call, answer)
        chance = random.random()  # noqa: S311 - spreads the herd, guards nothing
        return Called(call, answer, wait=retry.wait(call.attempts, first=self.settings.retry_first, chance=chance))

    async def _settle(self, *, patience: float | None) -> bool:
        """Write down whatever is finished by now. False: nothing is in hand."""
        if not self._in_hand:
            return False
        done, _ = await asyncio.wait(self._in_hand, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if done:
            async with self.database.transaction() as session:
                await calls.settle(session, [task.result() for task in done], at=now())
        for task in done:
            del self._in_hand[task]
        return True
