"""Mail to organisers and endorsers: links, and what happens to campaigns. Few, so one after the other."""

import asyncio
import logging
import random

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import Settings
from app.database import Database
from app.delivery import endorsers_texts, message, organisers_texts, retry
from app.delivery.envelope import Envelope
from app.delivery.mailer import Mailer
from app.delivery.message import Mail
from app.delivery.replies import AgainstPolicy, Never, TryAgain
from app.models.account_link import AccountLink, Purpose
from app.models.alert import Alert
from app.models.columns import now
from app.rows.asking import database_now
from app.services.sealing import Keys
from app.stopping import pause

logger = logging.getLogger(__name__)

AT_ONCE = 20  # mails that are claimed together
IDLE = 1.0  # seconds between looks at an empty queue
TROUBLE = 5.0  # seconds to wait when something went wrong

Model = type[AccountLink] | type[Alert]


async def run(stopping: asyncio.Event, database: Database, mailer: Mailer, keys: Keys, settings: Settings) -> None:
    """Mail what is due until told to stop."""
    while not stopping.is_set():
        try:
            wait = 0.0 if await deliver_due(database, mailer, keys, settings) else IDLE
        except (SQLAlchemyError, OSError) as error:
            logger.warning("mail to organisers waits (%s); again in %s s", type(error).__name__, TROUBLE)
            wait = TROUBLE
        except Exception:
            logger.exception("mail to organisers went wrong; going on in %s s", TROUBLE)
            wait = TROUBLE
        await pause(stopping, wait)


async def deliver_due(database: Database, mailer: Mailer, keys: Keys, settings: Settings) -> int:
    """Mail whatever is due; return how many that were."""
    async with database.transaction() as session:
        due = [each for model in (AccountLink, Alert) for each in await _claim(session, model, settings.lease_time)]
        mails = [await _compose(session, each, keys, settings) for each in due]
    for each, mail in zip(due, mails, strict=True):
        wait = await _send(mailer, mail, each, settings) if mail else None
        async with database.transaction() as session:
            await _settle(session, each, wait)
    return len(due)


async def _compose(session: AsyncSession, due: AccountLink | Alert, keys: Keys, settings: Settings) -> Mail | None:
    if isinstance(due, AccountLink) and due.purpose is Purpose.ENDORSE:
        return await endorsers_texts.compose(session, due, keys, settings)
    return await organisers_texts.compose(session, due, keys, settings)


async def _claim(session: AsyncSession, model: Model, lease_time: float) -> list[AccountLink | Alert]:
    """Take what is due; a worker that crashes leaves it due again when the lease has run out."""
    due = (
        sa.select(col(model.id))
        .where(col(model.due_at).is_not(None), col(model.due_at) <= database_now())
        .order_by(col(model.due_at))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    taken = sa.update(model).where(col(model.id).in_(due))
    taken = taken.values(due_at=database_now(lease_time), attempts=model.attempts + 1)
    return list((await session.exec(taken.returning(model))).scalars())


async def _settle(session: AsyncSession, due: AccountLink | Alert, wait: float | None) -> None:
    model: Model = type(due)
    done = sa.update(model).where(col(model.id) == due.id, col(model.due_at).is_not(None))
    await session.exec(done.values(due_at=None if wait is None else database_now(wait)))


async def _send(mailer: Mailer, mail: Mail, due: AccountLink | Alert, settings: Settings) -> float | None:
    """Hand a mail over; return the seconds until it is tried again, or None: it is over."""
    try:
        await mailer.send(Envelope(mail.sender, mail.to, message.to_bytes(mail, at=now())))
    except (TryAgain, AgainstPolicy):  # a server that refuses letters may refuse the mail that says so, for a while
        return _later(due, settings)
    except Never:
        logger.warning("a mail to an organiser was refused for good")
    except Exception as error:  # noqa: BLE001 - one bad mail keeps no other from leaving
        logger.warning("a mail to an organiser could not be handed over: %s", type(error).__name__)
        return _later(due, settings)
    return None


def _later(due: AccountLink | Alert, settings: Settings) -> float | None:
    tried_for = (now() - due.created_at).total_seconds()
    chance = random.random()  # noqa: S311 - spreads the herd, guards nothing
    return retry.wait_or_give_up(due.attempts, tried_for=tried_for, first=settings.retry_first, chance=chance)
