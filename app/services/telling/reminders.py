"""One reminder to whoever has not confirmed. After seven days the letters expire: that is scrub's."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.models.columns import uuid7
from app.models.delivery import Delivery, Notice
from app.models.submission import UNCONFIRMED, Submission
from app.rows.asking import rows, table_of
from app.rows.writing import execute_many

REMIND_AFTER = timedelta(days=3)
AT_ONCE = 500  # notices of one transaction
ASKED, REMINDED = 1, 2


async def run(database: Database, *, at: datetime) -> int:
    """Queue all reminders whose time has come, in small transactions; return how many."""
    queued = 0
    while True:
        async with database.transaction() as session:
            n = await _remind(session, at=at)
        queued += n
        if n < AT_ONCE:
            return queued


async def _remind(session: AsyncSession, *, at: datetime) -> int:
    late = sa.select(col(Submission.id)).where(
        UNCONFIRMED,
        col(Submission.created_at) < at - REMIND_AFTER,
        _told() == ASKED,
    )
    found = await rows(
        session, late.order_by(col(Submission.id)).limit(AT_ONCE).with_for_update(key_share=True, skip_locked=True)
    )
    notices = [{"id": uuid7(), "submission_id": id_, "notice": Notice.REMIND, "due_at": at} for (id_,) in found]
    await execute_many(session, sa.insert(table_of(Delivery)), notices)
    return len(notices)


def _told() -> sa.ScalarSelect[int]:
    """Return what a supporter has been told: as one number, so that a database looks it up for each of the few."""
    asked = sa.and_(col(Delivery.notice) == Notice.CONFIRM, col(Delivery.last_reply).startswith("2"))
    told = sa.func.max(sa.case((col(Delivery.notice) == Notice.REMIND, REMINDED), (asked, ASKED), else_=0))
    return sa.select(told).where(col(Delivery.submission_id) == col(Submission.id)).scalar_subquery()
