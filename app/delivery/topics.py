"""What notices are about besides their submission: news with its campaign and prisoner, or an enclosed text."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.delivery import Enclosure
from app.models.news import News
from app.models.prisoner import Prisoner
from app.rows.asking import table_of

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Topic:
    """What one notice is about."""

    news: News | None = None
    campaign: Campaign | None = None
    prisoner: Prisoner | None = None
    enclosure: Enclosure | None = None


NO_TOPIC = Topic()


async def read(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Topic]:
    """Return the topics with these ids, as far as they are still there."""
    news, enclosures = await by_id(session, News, ids), await by_id(session, Enclosure, ids)
    campaigns = await by_id(session, Campaign, [each.campaign_id for each in news.values()])
    prisoners = await by_id(session, Prisoner, [each.prisoner_id for each in news.values() if each.prisoner_id])
    told = {id_: _told(each, campaigns, prisoners) for id_, each in news.items()}
    return told | {id_: Topic(enclosure=each) for id_, each in enclosures.items()}


def _told(news: News, campaigns: Mapping[uuid.UUID, Campaign], prisoners: Mapping[uuid.UUID, Prisoner]) -> Topic:
    prisoner = prisoners.get(news.prisoner_id) if news.prisoner_id else None
    return Topic(news=news, campaign=campaigns[news.campaign_id], prisoner=prisoner)


async def by_id(session: AsyncSession, table: type[Row], ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Row]:
    """Return rows by their ids, as far as they are there."""
    if not ids:
        return {}
    key = table_of(table).c.id
    rows = await session.exec(select(table).where(key.in_(set(ids))))
    return {row.id: row for row in rows}  # type: ignore[attr-defined]
