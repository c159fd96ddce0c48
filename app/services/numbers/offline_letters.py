"""Letters on paper, counted by hand: added up apart from the tally."""

import uuid

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import rows
from app.models.offline_letters import OfflineLetters


async def total(session: AsyncSession, campaign_id: uuid.UUID) -> int:
    """Return how many were counted for a campaign."""
    added = sa.select(sa.func.coalesce(sa.func.sum(col(OfflineLetters.letters)), 0))
    ((found,),) = await rows(session, added.where(col(OfflineLetters.campaign_id) == campaign_id))
    return int(found)
