"""When a campaign's last queued letter is expected to leave: from the kept counts and the offices' pace."""

import uuid
from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.columns import now
from app.models.letter import Stage
from app.models.office import Office
from app.models.pace import OfficePace, Stream
from app.models.tally import Dimension, TallyTotal
from app.rows.asking import rows
from app.services.limits import Pace, last_leaves_at, of_office


async def last_expected_at(session: AsyncSession, campaign_id: uuid.UUID, *, usual: int) -> datetime | None:
    """Return when the last letter is expected to leave, or None if none is queued. `usual`: letters an hour."""
    queued = await _queued(session, campaign_id)
    ahead = {
        office_id: sum(min(n, counts[campaign_id]) for n in counts.values())  # campaigns take turns
        for office_id, counts in queued.items()
        if counts.get(campaign_id, 0) > 0
    }
    found = await rows(
        session,
        sa.select(
            *(col(each) for each in (Office.id, Office.hourly_limit, Office.daily_limit, Office.open_hours)),
            *(col(each) for each in (OfficePace.slot_at, OfficePace.next_at)),
        )
        .outerjoin(OfficePace, col(OfficePace.office_id) == col(Office.id))
        .where(col(Office.id).in_(list(ahead))),
    )
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
    offices = sa.select(col(Stream.office_id)).where(col(Stream.campaign_id) == campaign_id)
    streams = await rows(
        session, sa.select(col(Stream.campaign_id), col(Stream.office_id)).where(col(Stream.office_id).in_(offices))
    )
    counted = (
        sa.select(col(TallyTotal.campaign_id), col(TallyTotal.value), sa.func.sum(col(TallyTotal.letters)))
        .where(
            col(TallyTotal.campaign_id).in_({each for each, _ in streams}),
            col(TallyTotal.dimension) == Dimension.OFFICE,
            col(TallyTotal.value).in_({str(each) for _, each in streams}),
            col(TallyTotal.stage) == Stage.QUEUED,
        )
        .group_by(col(TallyTotal.campaign_id), col(TallyTotal.value))
    )
    queued: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
    for campaign, office, n in await rows(session, counted):
        queued[uuid.UUID(office)][campaign] = int(n)
    return queued
