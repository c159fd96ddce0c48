"""What others have published about prisoners."""

import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFound
from app.models.campaign import Campaign, CampaignPrisoner
from app.models.news_item import NewsItem, NewsItemCreate, NewsItemPublic, NewsItemUpdate
from app.models.organisation import Organiser
from app.models.prisoner import PUBLIC_CONSENT, Prisoner
from app.pagination import Page, PageRequest
from app.services import correcting
from app.services.lives import prisoners


async def of_prisoner(
    session: AsyncSession, slug: str, visitor: Organiser | None, query: PageRequest
) -> Page[NewsItemPublic]:
    """Return news items about a prisoner, the last entered first, to whom may see the prisoner."""
    prisoner = await prisoners.seen(session, slug, visitor)
    return await _page(session, col(Prisoner.id) == prisoner.id, query)


async def of_campaign(session: AsyncSession, campaign: Campaign, query: PageRequest) -> Page[NewsItemPublic]:
    """Return news items about all prisoners of a campaign, the last entered first."""
    people = sa.select(col(CampaignPrisoner.prisoner_id)).where(col(CampaignPrisoner.campaign_id) == campaign.id)
    public = sa.and_(col(Prisoner.id).in_(people), col(Prisoner.consent).in_(PUBLIC_CONSENT))
    return await _page(session, public, query)


async def add(session: AsyncSession, prisoner: Prisoner, body: NewsItemCreate) -> NewsItemPublic:
    item = NewsItem(prisoner_id=prisoner.id, **body.model_dump())
    session.add(item)
    await session.flush()
    return _public(item, prisoner.slug)


async def correct(
    session: AsyncSession, prisoner: Prisoner, item_id: uuid.UUID, body: NewsItemUpdate
) -> NewsItemPublic:
    item = await _own(session, prisoner, item_id)
    await correcting.correct(session, item, body)
    return _public(item, prisoner.slug)


async def remove(session: AsyncSession, prisoner: Prisoner, item_id: uuid.UUID) -> None:
    await session.delete(await _own(session, prisoner, item_id))


async def _own(session: AsyncSession, prisoner: Prisoner, item_id: uuid.UUID) -> NewsItem:
    item = await session.get(NewsItem, item_id)
    if item is None or item.prisoner_id != prisoner.id:
        raise NotFound("There is no such news item about this prisoner.")
    return item


async def _page(session: AsyncSession, which: sa.ColumnElement[bool], query: PageRequest) -> Page[NewsItemPublic]:
    found = select(NewsItem, Prisoner.slug).join(Prisoner, col(Prisoner.id) == col(NewsItem.prisoner_id)).where(which)
    if query.after:
        found = found.where(col(NewsItem.id) < query.after)
    rows = (await session.exec(found.order_by(col(NewsItem.id).desc()).limit(query.limit + 1))).all()
    slugs = {item.id: slug for item, slug in rows}
    shown, next_cursor = query.cut([item for item, _ in rows])
    return Page(items=[_public(each, slugs[each.id]) for each in shown], next_cursor=next_cursor)


def _public(item: NewsItem, slug: str) -> NewsItemPublic:
    return NewsItemPublic.model_validate({**item.model_dump(), "prisoner": slug})
