"""What is written to organisers: links to join, to choose a new password, and what happens to campaigns."""

import logging
import uuid

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import PROJECT, Settings
from app.delivery.message import Mail
from app.models.account_link import AccountLink, Purpose
from app.models.alert import Alert
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.organisation import Organisation
from app.models.text import in_language
from app.services.sealing import Keys
from app.services.team import account_links, accounts, alerts

logger = logging.getLogger(__name__)

_environment = Environment(
    loader=FileSystemLoader(PROJECT / "templates" / "mail" / "organisers"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text
)


async def compose(session: AsyncSession, due: AccountLink | Alert, keys: Keys, settings: Settings) -> Mail | None:
    """Return the mail; None if nobody is to get it."""
    try:
        if isinstance(due, AccountLink):
            return await _link(session, due, keys, settings)
        return await _alert(session, due, keys, settings)
    except ValueError as error:
        logger.warning("a mail to an organiser is dropped: %s", error)
        return None


async def _link(session: AsyncSession, link: AccountLink, keys: Keys, settings: Settings) -> Mail | None:
    """Nobody gets it if the link is over, or nobody has an account with this address."""
    if link.used_at or link.expires_at < now():
        return None
    if link.purpose is Purpose.RESET and await accounts.by_digest(session, link.digest) is None:
        return None
    organisation = await session.get(Organisation, link.organisation_id) if link.organisation_id else None
    text = _environment.get_template(f"{link.purpose.value}.txt").render(
        organisation=organisation.name if organisation else "",
        role=link.role.value if link.role else "",
        url=f"{settings.base_url}/account/{account_links.token_for(keys, link)}",
    )
    return as_mail(text, link.id, to=account_links.address_of(keys, link), settings=settings)


async def _alert(session: AsyncSession, alert: Alert, keys: Keys, settings: Settings) -> Mail | None:
    """Nobody gets it who has no account any more."""
    address = await alerts.address_of(session, keys, alert)
    if address is None:
        return None
    campaign = await session.get_one(Campaign, alert.campaign_id)
    text = _environment.get_template(f"{alert.kind.value}.txt").render(
        title=in_language(campaign.title, "en"),
        code=campaign.code,
        words=alert.words,
        url=f"{settings.base_url}/api/v1/campaigns/{campaign.slug}",
    )
    return as_mail(text, alert.id, to=address, settings=settings)


def as_mail(text: str, id_: uuid.UUID, *, to: str, settings: Settings) -> Mail:
    """Return a mail of ours, whose text has its subject on the first line."""
    subject, _, body = text.partition("\n")
    domain = settings.mail_from.rpartition("@")[2]
    return Mail(
        sender=settings.mail_from,
        sender_name=domain,
        to=to,
        subject=subject.removeprefix("Subject:").strip(),
        body=body.strip() + "\n",
        message_id=f"{id_}@{domain}",
        person="",
        automatic=True,
    )
