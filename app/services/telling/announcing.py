"""Telling thousands: a campaign's news becomes notices, a batch at a time, and never more than a few batches ahead."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.database import Database
from app.models.columns import uuid7
from app.models.delivery import Delivery, Notice
from app.models.letter import Letter, Reason, Stage
from app.models.news import News, NewsKind
from app.models.submission import KEPT, Submission
from app.rows.asking import rows, table_of
from app.rows.writing import execute_many

AT_ONCE = 500  # notices of one transaction
MOST_WAITING = 500  # beyond it, the next batch waits: whoever wants to confirm is never behind a long queue
STOPPED_BY = (Reason.PRISONER_FREE_OR_DEAD, Reason.CAMPAIGN_CLOSED)


async def tell_some(database: Database, *, at: datetime) -> bool:
    """Queue the next batch of notices, in a transaction of its own. False: there is nothing to tell for now."""
    async with database.reading() as session:
        if not (await session.exec(_untold())).first():
            return False
    async with database.transaction() as session:
        news = (await session.exec(_untold().with_for_update(skip_locked=True))).first()
        return news is not None and await _tell(session, news, at=at)


def _untold() -> SelectOfScalar[News]:
    return select(News).where(col(News.told_at).is_(None)).order_by(col(News.id)).limit(1)


async def _tell(session: AsyncSession, news: News, *, at: datetime) -> bool:
    if await _waiting(session, news) >= MOST_WAITING:
        return False
    ids = await _next(session, news)
    kind = Notice(news.kind.value)
    notices = [{"id": uuid7(), "submission_id": each, "notice": kind, "about": news.id, "due_at": at} for each in ids]
    await execute_many(session, sa.insert(table_of(Delivery)), notices)
    news.told_to = ids[-1] if ids else news.told_to
    news.told_at = at if len(ids) < AT_ONCE else None
    session.add(news)
    return True


async def _waiting(session: AsyncSession, news: News) -> int:
    some = sa.select(col(Delivery.id)).where(col(Delivery.about) == news.id, col(Delivery.due_at).is_not(None))
    return int((await rows(session, sa.select(sa.func.count()).select_from(some.limit(MOST_WAITING).subquery())))[0][0])


async def _next(session: AsyncSession, news: News) -> Sequence[uuid.UUID]:
    which = _with_stopped_letters(news) if news.kind is NewsKind.STOPPED else _who_wish_to_hear(news)
    return [submission_id for (submission_id,) in await rows(session, which.limit(AT_ONCE))]


def _who_wish_to_hear(news: News) -> sa.Select[uuid.UUID]:
    """Select each person once: their wish stands with the first submission that they confirmed."""
    id_ = col(Submission.id)
    wish = sa.select(id_).where(
        col(Submission.campaign_id) == news.campaign_id, KEPT, col(Submission.first), col(Submission.consent_contact)
    )
    return (wish.where(id_ > news.told_to) if news.told_to else wish).order_by(id_)


def _with_stopped_letters(news: News) -> sa.Select[uuid.UUID]:
    """Select whose letters about this prisoner wait, or were cancelled since the news came."""
    id_ = col(Letter.submission_id)
    waiting = col(Letter.stage).in_([Stage.QUEUED, Stage.HELD, Stage.READY])
    since = sa.and_(
        col(Letter.stage) == Stage.CANCELLED,
        col(Letter.reason).in_(STOPPED_BY),
        col(Letter.moved_at) >= news.published_at,
    )
    about = sa.or_(col(Letter.prisoner_id).is_(None), col(Letter.prisoner_id) == news.prisoner_id)
    stopped = sa.select(id_).where(col(Letter.campaign_id) == news.campaign_id, about, sa.or_(waiting, since))
    return (stopped.where(id_ > news.told_to) if news.told_to else stopped).group_by(id_).order_by(id_)
