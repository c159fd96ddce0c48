"""Forgetting on a clock: what nobody confirmed expires, and a campaign's supporters some time after it. Counts stay."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.models.account_link import AccountLink
from app.models.alert import Alert
from app.models.campaign import Campaign
from app.models.delivery import Delivery, Enclosure
from app.models.endorsement import Endorsement
from app.models.idempotency import Idempotency
from app.models.letter import WAITING, Letter, Reason, Stage
from app.models.organiser_session import OrganiserSession
from app.models.submission import KEPT, UNCONFIRMED, Submission
from app.models.throttle import Throttle
from app.rows.asking import rows
from app.services import submissions
from app.services.counting import stages
from app.services.handing_in.decisions import TIME_TO_CONFIRM
from app.services.telling import notice_limits

KEEP_SUPPORTERS = timedelta(days=90)  # after the last day of their campaign
KEEP_ANSWERS = timedelta(days=1)  # for repeated requests
KEEP_ENCLOSURES = timedelta(days=14)  # beyond it, no notice is tried any more
AT_ONCE = 500  # submissions of one transaction


async def run(database: Database, *, at: datetime) -> int:
    """Forget everything whose time has come, in small transactions; return how many submissions that were."""
    forgotten = 0
    for step in (_expire, _forget_supporters):
        while True:
            async with database.transaction() as session:
                n = await step(session, at=at)
            if n == 0:
                break
            forgotten += n
    async with database.transaction() as session:
        await session.exec(sa.delete(Idempotency).where(col(Idempotency.created_at) < at - KEEP_ANSWERS))
        await session.exec(sa.delete(Alert).where(col(Alert.created_at) < at - KEEP_ENCLOSURES))
        await session.exec(_forget_endorsers(at=at))
        await session.exec(sa.delete(Enclosure).where(col(Enclosure.created_at) < at - KEEP_ENCLOSURES))
        await notice_limits.forget(session, before=at.date())
        await session.exec(sa.delete(Throttle).where(col(Throttle.ends_at) < at))
        for table in (AccountLink, OrganiserSession):
            await session.exec(sa.delete(table).where(col(table.expires_at) < at - KEEP_ANSWERS))
    return forgotten


async def _expire(session: AsyncSession, *, at: datetime) -> int:
    """Let submissions expire that nobody confirmed, and forget who made them. Return how many."""
    ids = await _some(session, UNCONFIRMED, col(Submission.created_at) < at - TIME_TO_CONFIRM)
    letters = await stages.lock(session, col(Letter.submission_id).in_(ids), col(Letter.stage) == Stage.UNCONFIRMED)
    await stages.move(session, letters, Stage.EXPIRED, at=at)
    await submissions.forget(session, ids, at=at)
    return len(ids)


async def _forget_supporters(session: AsyncSession, *, at: datetime) -> int:
    """Forget who wrote in campaigns that ended long ago. Return how many submissions that were."""
    over = select(Campaign.id).where(col(Campaign.closes_on) < (at - KEEP_SUPPORTERS).date())
    ids: list[uuid.UUID] = []
    for campaign_id in await session.exec(over.order_by(col(Campaign.id))):
        ids = ids or await _some(session, KEPT, col(Submission.campaign_id) == campaign_id)
    waiting = await stages.lock(session, col(Letter.submission_id).in_(ids), col(Letter.stage).in_(WAITING))
    await stages.move(session, waiting, Stage.CANCELLED, at=at, reason=Reason.TOO_LATE)
    await submissions.forget(session, ids, at=at)
    return len(ids)


def _forget_endorsers(*, at: datetime) -> sa.Update:
    """Forget the addresses of those who signed campaigns that ended long ago. Their names stay on the public list."""
    over = sa.select(col(Campaign.id)).where(col(Campaign.closes_on) < (at - KEEP_SUPPORTERS).date())
    known = col(Endorsement.campaign_id).in_(over), col(Endorsement.sealed_email).is_not(None)
    return sa.update(Endorsement).where(*known).values(sealed_email=None)


async def _some(session: AsyncSession, *which: sa.ColumnElement[bool] | sa.TextClause) -> list[uuid.UUID]:
    """Return some submissions of those that match, locked, with their deliveries."""
    ids = select(Submission.id).where(*which).order_by(col(Submission.id))
    found = list(await session.exec(ids.limit(AT_ONCE).with_for_update(key_share=True, skip_locked=True)))
    deliveries = sa.select(col(Delivery.id)).where(col(Delivery.submission_id).in_(found))
    await rows(session, deliveries.order_by(col(Delivery.id)).with_for_update())
    return found
