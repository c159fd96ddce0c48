"""Mail to organisers and endorsers: the links to join, to choose a new password, to sign. Few, so one after another."""

import asyncio
import logging
import random
import uuid

import sqlalchemy as sa
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import PROJECT, Settings
from app.database import Database, database_now
from app.delivery import message, retry
from app.delivery.mailer import Envelope, Mailer
from app.delivery.message import Mail
from app.delivery.replies import Never, TryAgain
from app.models.account_link import AccountLink, Purpose
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.endorsement import Endorsement, EndorsementStatus
from app.models.organisation import Organisation
from app.models.text import in_language
from app.services.sealing import ENDORSE, Keys
from app.services.team import account_links, accounts

logger = logging.getLogger(__name__)

AT_ONCE = 20  # links that are claimed together
IDLE = 1.0  # seconds between looks at an empty queue
TROUBLE = 5.0  # seconds to wait when something went wrong

_environment = Environment(
    loader=FileSystemLoader(PROJECT / "templates" / "mail" / "organisers"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text
)


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
        await _pause(stopping, wait)


async def deliver_due(database: Database, mailer: Mailer, keys: Keys, settings: Settings) -> int:
    """Mail each link that is due; return how many were."""
    async with database.transaction() as session:
        due = await _claim(session, settings.lease_time)
        mails = [await _compose(session, link, keys, settings) for link in due]
    for link, mail in zip(due, mails, strict=True):
        wait = await _send(mailer, mail, link.attempts, settings) if mail else None
        async with database.transaction() as session:
            done = sa.update(AccountLink).where(col(AccountLink.id) == link.id, col(AccountLink.due_at).is_not(None))
            await session.exec(done.values(due_at=None if wait is None else database_now(wait)))
    return len(due)


async def _claim(session: AsyncSession, lease_time: float) -> list[AccountLink]:
    """Take what is due; a worker that crashes leaves it due again when the lease has run out."""
    due = (
        sa.select(col(AccountLink.id))
        .where(col(AccountLink.due_at).is_not(None), col(AccountLink.due_at) <= database_now())
        .order_by(col(AccountLink.due_at))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    taken = sa.update(AccountLink).where(col(AccountLink.id).in_(due))
    taken = taken.values(due_at=database_now(lease_time), attempts=AccountLink.attempts + 1)
    ids: list[uuid.UUID] = list((await session.exec(taken.returning(col(AccountLink.id)))).scalars())
    return list(await session.exec(select(AccountLink).where(col(AccountLink.id).in_(ids))))


async def _compose(session: AsyncSession, link: AccountLink, keys: Keys, settings: Settings) -> Mail | None:
    """Return the mail; None if nobody is to get it: the link is over, or nobody has an account with this address."""
    if link.used_at or link.expires_at < now():
        return None
    if link.purpose is Purpose.RESET and await accounts.by_digest(session, link.digest) is None:
        return None
    try:
        address = account_links.address_of(keys, link)
    except ValueError as error:
        logger.warning("a mail to an organiser is dropped: %s", error)
        return None
    values = await _values(session, link, keys, settings)
    if values is None:
        return None
    text = _environment.get_template(f"{link.purpose.value}.txt").render(values)
    subject, _, body = text.partition("\n")
    domain = settings.mail_from.rpartition("@")[2]
    return Mail(
        sender=settings.mail_from,
        sender_name=domain,
        to=address,
        subject=subject.removeprefix("Subject:").strip(),
        body=body.strip() + "\n",
        message_id=f"{link.id}@{domain}",
        person="",
        automatic=True,
    )


async def _values(session: AsyncSession, link: AccountLink, keys: Keys, settings: Settings) -> dict[str, object] | None:
    """Return what a mail says; None where its endorsement was answered or taken back meanwhile."""
    organisation = await session.get(Organisation, link.organisation_id) if link.organisation_id else None
    by = {"organisation": organisation.name if organisation else ""}
    if link.purpose is not Purpose.ENDORSE:
        url = f"{settings.base_url}/account/{account_links.token_for(keys, link)}"
        return {**by, "role": link.role.value if link.role else "", "url": url}
    endorsement = await session.get(Endorsement, link.endorsement_id)
    if endorsement is None or endorsement.status is not EndorsementStatus.INVITED:
        return None
    campaign = await session.get_one(Campaign, endorsement.campaign_id)
    url = f"{settings.base_url}/endorse/{keys.token_for(endorsement.id, purpose=ENDORSE)}"
    title = in_language(campaign.title, next(iter(campaign.languages), ""))
    return {**by, "name": endorsement.name, "title": title, "code": campaign.code, "url": url}


async def _send(mailer: Mailer, mail: Mail, attempts: int, settings: Settings) -> float | None:
    """Hand a mail over; return the seconds until it is tried again, or None: it is over."""
    try:
        await mailer.send(Envelope(mail.sender, mail.to, message.to_bytes(mail, at=now())))
    except Never:
        logger.warning("a mail to an organiser was refused for good")
    except TryAgain:
        return _later(attempts, settings)
    except Exception as error:  # noqa: BLE001 - one bad mail keeps no other from leaving
        logger.warning("a mail to an organiser could not be handed over: %s", type(error).__name__)
        return _later(attempts, settings)
    return None


def _later(attempts: int, settings: Settings) -> float | None:
    chance = random.random()  # noqa: S311 - spreads the herd, guards nothing
    return retry.wait(attempts, first=settings.retry_first, chance=chance)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
