"""The queue in the database: deliveries are claimed under a lease, and other workers pass over them."""

import uuid
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.delivery import Delivery, Notice
from app.rows.asking import database_now, table_of
from app.rows.prepared import Prepared

LETTER = col(Delivery.letter_id).is_not(None)
NOTICE = col(Delivery.notice).is_not(None)  # not "no letter": by its unique key SQLite would read all notices
LEASED = col(Delivery.lease).is_not(None)


Taking = sa.sql.dml.ReturningUpdate[Any]


class Lane(Enum):
    """What travels apart: letters, notices, and each by itself what a worker held that never settled it."""

    LETTERS = sa.and_(LETTER, ~LEASED)
    NOTICES = sa.and_(NOTICE, ~LEASED)
    SUSPECTS = LEASED


class Claim(NamedTuple):
    """A worker's temporary right to one delivery."""

    id: uuid.UUID
    lease: uuid.UUID
    submission_id: uuid.UUID
    letter_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    office_id: uuid.UUID | None
    notice: Notice | None
    attempts: int
    crashes: int
    about: uuid.UUID | None = None
    trying_since: datetime | None = None
    last_reply: str | None = None


async def claim(session: AsyncSession, lane: Lane, *, most: int, lease_time: float) -> list[Claim]:
    """Take deliveries of a lane that are due, the longest due first, for `lease_time` seconds."""
    return await take(session, _of_lane(lane), lease_time=lease_time, most=most)


@cache
def _of_lane(lane: Lane) -> Prepared:
    def make(_session: AsyncSession, new_lease: uuid.UUID, lease_time: float, most: int) -> Taking:
        due = sa.select(col(Delivery.id)).where(lane.value, is_due()).order_by(col(Delivery.due_at))
        return taking(
            due.limit(sa.literal(most, sa.Integer())).with_for_update(skip_locked=True), new_lease, lease_time
        )

    return Prepared(make)


async def take(session: AsyncSession, statement: Prepared, *, lease_time: float, **which: object) -> list[Claim]:
    """Execute a statement made by `taking`."""
    lease = {"new_lease": uuid.uuid4(), "lease_time": lease_time}
    return [Claim(*row) for row in await statement.rows(session, **lease, **which)]


def taking(due: sa.Select[uuid.UUID] | sa.CompoundSelect[uuid.UUID], new_lease: Any, lease_time: Any) -> Taking:  # noqa: ANN401 - places of values
    """Return the statement that claims these. A lease that is still there was never settled: its worker is gone."""
    delivery = table_of(Delivery)
    return (
        sa.update(delivery)
        .where(delivery.c.id.in_(due))
        .values(
            lease=new_lease,
            due_at=database_now(sa.literal(lease_time, sa.Float())),
            attempts=delivery.c.attempts + 1,
            trying_since=sa.func.coalesce(sa.case((delivery.c.attempts > 0, delivery.c.trying_since)), database_now()),
            crashes=delivery.c.crashes + sa.case((LEASED, 1), else_=0),
        )
        .returning(*(delivery.c[name] for name in Claim._fields))
    )


def is_due() -> sa.ColumnElement[bool]:
    return sa.and_(col(Delivery.due_at).is_not(None), col(Delivery.due_at) <= database_now())
