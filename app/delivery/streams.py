"""Streams that have letters due, at offices whose next slot has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.candidates import live_address
from app.config import Settings
from app.delivery.claims import LEASED, is_due
from app.delivery.pacing import Turn
from app.models.campaign import Campaign, CampaignStatus
from app.models.delivery import Delivery
from app.models.office import Office
from app.models.pace import OfficePace, Stream
from app.rows.asking import database_now
from app.rows.prepared import Prepared
from app.services.limits import Limits, Pace, of_office

NO_DOMAIN = ""  # of an office without a live address
AFTERMATH = timedelta(days=30)  # for which a closed campaign's last letters are looked for


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stream with letters due, and what its office can bear."""

    turn: Turn
    limits: Limits
    pace: Pace | None
    now: datetime


async def read(session: AsyncSession, settings: Settings, *, today: date) -> list[Waiting]:
    """Return the streams that have letters due at offices whose next slot has come, the longest waiting first."""
    found = await _found.rows(session, since=today - AFTERMATH)
    return [
        Waiting(
            turn=Turn(campaign_id, office_id, organisation_id, domain_of(emails)),
            limits=of_office(hourly, daily, hours, usual=settings.office_hourly_limit),
            pace=Pace(slot_at, next_at) if next_at else None,
            now=now,
        )
        for campaign_id, office_id, organisation_id, emails, hourly, daily, hours, slot_at, next_at, now in found
    ]


@Prepared
def _found(_session: AsyncSession, since: date) -> sa.Select[Any]:
    has_due = sa.exists().where(
        col(Delivery.office_id) == col(Stream.office_id),
        col(Delivery.campaign_id) == col(Stream.campaign_id),
        ~LEASED,
        is_due(),
    )
    alive = sa.or_(col(Campaign.status) != CampaignStatus.CLOSED, col(Campaign.closes_on) > since)
    return (
        sa.select(
            *(col(each) for each in (Stream.campaign_id, Stream.office_id, Campaign.organisation_id, Office.emails)),
            *(col(each) for each in (Office.hourly_limit, Office.daily_limit, Office.open_hours)),
            *(col(each) for each in (OfficePace.slot_at, OfficePace.next_at)),
            database_now(),
        )
        .select_from(Stream)
        .join(Campaign, col(Campaign.id) == col(Stream.campaign_id))
        .join(Office, col(Office.id) == col(Stream.office_id))
        .outerjoin(OfficePace, col(OfficePace.office_id) == col(Stream.office_id))
        .where(sa.or_(col(OfficePace.next_at).is_(None), col(OfficePace.next_at) <= database_now()), alive, has_due)
        .order_by(sa.nulls_first(col(Stream.turn_at)), col(Stream.campaign_id), col(Stream.office_id))
    )


def domain_of(emails: Sequence[dict[str, object]]) -> str:
    return (live_address(emails) or "").rpartition("@")[2].lower()
