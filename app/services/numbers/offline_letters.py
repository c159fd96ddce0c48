"""Letters on paper, counted by hand: added up apart from the tally."""

import uuid
from datetime import date

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.offline_letters import OfflineLetters
from app.rows.asking import rows

ADDED = sa.func.coalesce(sa.func.sum(col(OfflineLetters.letters)), 0)


async def total(
    session: AsyncSession, campaign_id: uuid.UUID, *, since: date | None = None, until: date | None = None
) -> int:
    """Return how many were counted for a campaign, in these days."""
    which = [col(OfflineLetters.campaign_id) == campaign_id]
    which += [col(OfflineLetters.counted_on) >= since] if since else []
    which += [col(OfflineLetters.counted_on) <= until] if until else []
    ((found,),) = await rows(session, sa.select(ADDED).where(*which))
    return int(found)


async def by_office(session: AsyncSession, campaign_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Return how many were counted for each office, where all of a count were to one."""
    office = col(OfflineLetters.office_id)
    which = sa.select(office, ADDED).where(col(OfflineLetters.campaign_id) == campaign_id, office.is_not(None))
    return {office_id: int(n) for office_id, n in await rows(session, which.group_by(office)) if n}
