"""What a campaign tells those who wrote in it: written here, told in batches by announcing."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, invalid
from app.models.campaign import Campaign, CampaignPrisoner, CampaignStatus
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import Letter
from app.models.news import News, NewsCreate, NewsKind, NewsPublic
from app.models.prisoner import FREE_OR_DEAD, Prisoner, PrisonerStatus
from app.pagination import Page, PageRequest
from app.services import revisions
from app.services.team import alerts


async def publish(session: AsyncSession, campaign: Campaign, body: NewsCreate) -> NewsPublic:
    """Post an update, and have those told who wish to hear of the campaign. Its instructions replace all before."""
    if campaign.status is CampaignStatus.DRAFT:
        raise Conflict("The campaign is a draft: there is nobody yet to be told.")
    if body.instructions:
        if campaign.status is CampaignStatus.CLOSED:
            raise invalid("/instructions", "The campaign is closed: nobody is asked to do anything any more.")
        await revisions.change(session, campaign, {"instructions": body.instructions})
    update = News(campaign_id=campaign.id, kind=NewsKind.UPDATE, text=body.text, instructions=body.instructions)
    return _public((await _add(session, [update]))[0])


async def tell_outcome(session: AsyncSession, campaign: Campaign) -> None:
    """Have those told who wish to hear of the campaign that it has ended, and how."""
    await _add(session, [News(campaign_id=campaign.id, kind=NewsKind.OUTCOME, text=campaign.outcome_note)])


async def tell_freed(session: AsyncSession, prisoner: Prisoner, *, before: PrisonerStatus) -> None:
    """Have those told whose letters are stopped, when a prisoner has become free or has died."""
    if before in FREE_OR_DEAD or prisoner.status not in FREE_OR_DEAD:
        return
    running = select(Campaign.id).where(
        col(Campaign.id).in_(campaigns_about(prisoner.id)),
        col(Campaign.status).in_([CampaignStatus.ACTIVE, CampaignStatus.PAUSED]),
    )
    found = (await session.exec(running.order_by(col(Campaign.id)))).all()
    await _add(session, [News(campaign_id=each, kind=NewsKind.STOPPED, prisoner_id=prisoner.id) for each in found])
    await alerts.stopped(session, found, prisoner)


async def tell_no_more(session: AsyncSession, prisoner: Prisoner) -> None:
    """Tell nobody else that a prisoner is free or has died: it was a mistake, or is so no longer."""
    stopped = sa.select(col(News.id)).where(col(News.prisoner_id) == prisoner.id, col(News.kind) == NewsKind.STOPPED)
    waiting = sa.update(Delivery).where(col(Delivery.about).in_(stopped), col(Delivery.lease).is_(None))
    await session.exec(waiting.values(due_at=None))
    untold = sa.update(News).where(col(News.id).in_(stopped), col(News.told_at).is_(None))
    await session.exec(untold.values(told_at=now()))


def campaigns_about(prisoner_id: uuid.UUID) -> sa.Select[uuid.UUID]:
    return sa.select(col(CampaignPrisoner.campaign_id)).where(col(CampaignPrisoner.prisoner_id) == prisoner_id)


def about(prisoner_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Select letters about this prisoner: alone, or with all of the campaign."""
    return sa.or_(col(Letter.prisoner_id).is_(None), col(Letter.prisoner_id) == prisoner_id)


async def listed(session: AsyncSession, campaign: Campaign, query: PageRequest) -> Page[NewsPublic]:
    """Return a campaign's updates and its outcome, newest first."""
    which = select(News).where(News.campaign_id == campaign.id, col(News.kind) != NewsKind.STOPPED)
    if query.after:
        which = which.where(col(News.id) < query.after)
    found = (await session.exec(which.order_by(col(News.id).desc()).limit(query.limit + 1))).all()
    shown, next_cursor = query.cut(found)
    return Page(items=[_public(each) for each in shown], next_cursor=next_cursor)


async def _add(session: AsyncSession, news: Sequence[News]) -> Sequence[News]:
    session.add_all(news)
    await session.flush()
    return news


def _public(news: News) -> NewsPublic:
    return NewsPublic.model_validate(news.model_dump())
