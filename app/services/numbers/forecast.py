"""When a campaign's last queued letter is expected to leave: from the kept counts and the offices' pace."""

import uuid
from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.columns import now
from app.models.letter import Stage
from app.models.office import Office
from app.models.pace import OfficePace, Stream
from app.models.tally import Dimension, TallyTotal
from app.rows.asking import among, table_of
from app.rows.prepared import Prepared, Slot
from app.services.limits import Pace, last_leaves_at, of_office


async def last_expected_at(session: AsyncSession, campaign_id: uuid.UUID, *, usual: int) -> datetime | None:
    """Return when the last letter is expected to leave, or None if none is queued. `usual`: letters an hour."""
    queued = await _queued(session, campaign_id)
    ahead = {
        office_id: sum(min(n, counts[campaign_id]) for n in counts.values())  # campaigns take turns
        for office_id, counts in queued.items()
        if counts.get(campaign_id, 0) > 0
    }
    found = await _paces.rows(session, offices=list(ahead))
    return max(
        (
            last_leaves_at(
                Pace(slot_at, next_at) if next_at else None,
                of_office(hourly, daily, hours, usual=usual),
                letters=ahead[office_id],
                now=now(),
            )
            for office_id, hourly, daily, hours, slot_at, next_at in found
        ),
        default=None,
    )


async def _queued(session: AsyncSession, campaign_id: uuid.UUID) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
    """Return how many letters are queued, by office and campaign, at the offices to which this campaign writes."""
    streams = await _streams.rows(session, campaign_id=campaign_id)
    campaigns, offices = {each for each, _ in streams}, {str(each) for _, each in streams}
    queued: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
    for campaign, office, n in await _counted.rows(session, campaigns=list(campaigns), offices=list(offices)):
        queued[uuid.UUID(office)][campaign] = int(n)
    return queued


@Prepared
def _streams(_session: AsyncSession, campaign_id: Slot) -> sa.Select[Any]:
    stream = table_of(Stream)
    others = stream.alias()
    here = stream.c.office_id == others.c.office_id
    return (
        sa.select(others.c.campaign_id, others.c.office_id)
        .join(stream, here)
        .where(stream.c.campaign_id == campaign_id)
    )


@Prepared
def _counted(session: AsyncSession, campaigns: list[uuid.UUID], offices: list[str]) -> sa.Select[Any]:
    total = table_of(TallyTotal).c
    return sa.select(total.campaign_id, total.value, total.letters).where(
        among(session, total.campaign_id, campaigns),
        total.dimension == Dimension.OFFICE,
        among(session, total.value, offices),
        total.stage == Stage.QUEUED,
    )


@Prepared
def _paces(session: AsyncSession, offices: list[uuid.UUID]) -> sa.Select[Any]:
    office, pace = table_of(Office), table_of(OfficePace)
    limits = office.c.id, office.c.hourly_limit, office.c.daily_limit, office.c.open_hours
    return (
        sa.select(*limits, pace.c.slot_at, pace.c.next_at)
        .select_from(office.outerjoin(pace, pace.c.office_id == office.c.id))
        .where(among(session, office.c.id, offices))
    )
