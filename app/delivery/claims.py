"""The queue in the database: deliveries are claimed under a lease, and other workers pass over them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.delivery import Delivery, Notice
from app.rows.asking import database_now

LETTER = col(Delivery.letter_id).is_not(None)
NOTICE = col(Delivery.notice).is_not(None)  # not "no letter": by its unique key SQLite would read all notices
LEASED = col(Delivery.lease).is_not(None)


Taking = sa.sql.dml.ReturningUpdate[Any]


class Lane(Enum):
    """What travels apart: letters, notices, and each by itself what a worker held that never settled it."""

    LETTERS = sa.and_(LETTER, ~LEASED)
    NOTICES = sa.and_(NOTICE, ~LEASED)
    SUSPECTS = LEASED


@dataclass(frozen=True, slots=True)
class Claim:
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


async def claim(session: AsyncSession, lane: Lane, *, most: int, lease_time: float) -> list[Claim]:
    """Take deliveries of a lane that are due, the longest due first, for `lease_time` seconds."""
    due = sa.select(col(Delivery.id)).where(lane.value, is_due()).order_by(col(Delivery.due_at))
    return await take(session, taking(due.limit(most).with_for_update(skip_locked=True)), lease_time=lease_time)


async def take(
    session: AsyncSession, statement: Taking, *, lease_time: float, values: Mapping[str, object] | None = None
) -> list[Claim]:
    """Execute a statement made by `taking`."""
    lease = {"new_lease": uuid.uuid4(), "lease_time": lease_time}
    return [Claim(*row) for row in await session.exec(statement, params={**lease, **(values or {})})]


def taking(due: sa.Select[uuid.UUID] | sa.CompoundSelect[uuid.UUID]) -> Taking:
    """Return the statement that claims these. A lease that is still there was never settled: its worker is gone."""
    return (
        sa.update(Delivery)
        .where(col(Delivery.id).in_(due))
        .values(
            lease=sa.bindparam("new_lease", type_=sa.Uuid()),
            due_at=database_now(sa.bindparam("lease_time", type_=sa.Float())),
            attempts=Delivery.attempts + 1,
            trying_since=sa.func.coalesce(
                sa.case((col(Delivery.attempts) > 0, col(Delivery.trying_since))), database_now()
            ),
            crashes=Delivery.crashes + sa.case((LEASED, 1), else_=0),
        )
        .returning(*(col(getattr(Delivery, name)) for name in Claim.__dataclass_fields__))
        .execution_options(synchronize_session=False)
    )


def is_due() -> sa.ColumnElement[bool]:
    return sa.and_(col(Delivery.due_at).is_not(None), col(Delivery.due_at) <= database_now())
