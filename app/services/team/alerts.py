"""Organisers are written to when one of their campaigns needs them. Queued in the transaction in which it happens."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.account import Account
from app.models.alert import Alert, AlertKind
from app.models.campaign import Campaign
from app.models.organisation import Organiser, Role
from app.models.prisoner import Prisoner
from app.rows.asking import rows
from app.services.sealing import Keys

WHO_CAN_HELP = (Role.OWNER, Role.EDITOR)


async def paused(session: AsyncSession, campaign: Campaign, *, why: str) -> None:
    """Tell that the service has paused a campaign, and why."""
    await _raise(session, AlertKind.PAUSED, [campaign.id], words=why)


async def stopped(session: AsyncSession, campaign_ids: Sequence[uuid.UUID], prisoner: Prisoner) -> None:
    """Tell that letters about a prisoner leave no more, since they are free or have died."""
    await _raise(session, AlertKind.STOPPED, campaign_ids, words=f"{prisoner.name}: {prisoner.status.value}")


async def hidden(session: AsyncSession, campaign: Campaign, *, words: str) -> None:
    """Tell that consent was withdrawn, and where the campaign's words still name the person."""
    await _raise(session, AlertKind.HIDDEN, [campaign.id], words=words)


async def address_of(session: AsyncSession, keys: Keys, alert: Alert) -> str | None:
    """Return where an organiser is written to now; None if they have no account any more, or are disabled."""
    in_use = select(Account).join(Organiser).where(col(Organiser.disabled_at).is_(None))
    account = (await session.exec(in_use.where(Account.organiser_id == alert.organiser_id))).first()
    return keys.open(account.sealed_email, about=account.organiser_id).decode() if account else None


async def _raise(session: AsyncSession, kind: AlertKind, campaign_ids: Sequence[uuid.UUID], *, words: str) -> None:
    who = (
        sa.select(col(Campaign.id), col(Organiser.id))
        .join(Organiser, col(Organiser.organisation_id) == col(Campaign.organisation_id))
        .join(Account, col(Account.organiser_id) == col(Organiser.id))
        .where(
            col(Campaign.id).in_(campaign_ids),
            col(Organiser.role).in_(WHO_CAN_HELP),
            col(Organiser.disabled_at).is_(None),
        )
    )
    session.add_all(
        Alert(kind=kind, campaign_id=campaign_id, organiser_id=organiser_id, words=words)
        for campaign_id, organiser_id in await rows(session, who)
    )
