"""Forgetting on a clock: what was not confirmed in time expires, and personal data goes when it is no longer needed."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.models.delivery import Delivery
from app.models.idempotency import Idempotency
from app.models.letter import Letter, Stage
from app.models.submission import Submission
from app.services import stages
from app.services.confirmation import TIME_TO_CONFIRM

KEEP_ANSWERS = timedelta(days=1)  # for repeated requests
AT_ONCE = 500  # submissions of one transaction


async def run(database: Database, *, at: datetime) -> int:
    """Forget everything whose time has come, in small transactions; return how many submissions expired."""
    expired = 0
    while True:
        async with database.transaction() as session:
            n = await _expire(session, at=at)
        if n == 0:
            break
        expired += n
    async with database.transaction() as session:
        await session.exec(sa.delete(Idempotency).where(col(Idempotency.created_at) < at - KEEP_ANSWERS))
    return expired


async def _expire(session: AsyncSession, *, at: datetime) -> int:
    """Let submissions expire that nobody confirmed, and forget who made them. Return how many."""
    late = (
        select(Submission.id)
        .where(
            col(Submission.confirmed_at).is_(None),
            col(Submission.erased_at).is_(None),
            col(Submission.created_at) < at - TIME_TO_CONFIRM,
        )
        .order_by(col(Submission.id))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = list(await session.exec(late))
    if not ids:
        return 0
    letters = await stages.lock(session, col(Letter.submission_id).in_(ids), col(Letter.stage) == Stage.UNCONFIRMED)
    await stages.move(session, letters, Stage.EXPIRED, at=at, digest=None)
    await session.exec(sa.update(Delivery).where(col(Delivery.submission_id).in_(ids)).values(due_at=None))
    forget = {"sealed": None, "digest": None, "source": None, "erased_at": at}
    await session.exec(sa.update(Submission).where(col(Submission.id).in_(ids)).values(forget))
    return len(ids)
