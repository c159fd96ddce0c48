"""Calls of webhooks in the database: claimed under a lease, one a webhook at a time, and settled."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.columns import now, uuid7
from app.models.webhook import CallStatus, Webhook, WebhookCall
from app.rows.asking import database_now, rows

LEASE = 60.0  # seconds; a call takes fifteen at most


@dataclass(frozen=True, slots=True)
class Call:
    """What a worker has to say, to whom."""

    id: uuid.UUID
    lease: uuid.UUID
    webhook_id: uuid.UUID
    body: str
    attempts: int
    url: str
    sealed_secrets: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Called:
    """What became of a call. `wait`: seconds until the next attempt; None: it is over."""

    call: Call
    answer: str
    taken: bool = False
    wait: float | None = None
    gone: bool = False  # the receiver wants no more calls


async def any_due(session: AsyncSession) -> bool:
    """Tell whether there is anything to claim."""
    return bool(await rows(session, sa.select(col(WebhookCall.id)).where(*_due()).limit(1)))


async def claim(session: AsyncSession, *, most: int, busy: Collection[uuid.UUID]) -> list[Call]:
    """Take the oldest due call of each webhook that is not busy."""
    place = sa.func.row_number().over(partition_by=col(WebhookCall.webhook_id), order_by=col(WebhookCall.id))
    due = sa.select(col(WebhookCall.id), place.label("place")).where(*_due(), col(WebhookCall.webhook_id).not_in(busy))
    ordered = due.subquery()
    first = sa.select(ordered.c.id).where(ordered.c.place == 1).limit(most)
    claimed = (
        sa.update(WebhookCall)
        .where(col(WebhookCall.id).in_(first), col(WebhookCall.due_at) <= database_now())
        .values(due_at=database_now(LEASE), lease=uuid7(), attempts=WebhookCall.attempts + 1)
        .returning(*(col(getattr(WebhookCall, name)) for name in ("id", "lease", "webhook_id", "body", "attempts")))
        .execution_options(synchronize_session=False)
    )
    taken = [tuple(row) for row in await session.exec(claimed)]
    found = await session.exec(select(Webhook).where(col(Webhook.id).in_([row[2] for row in taken])))
    by_id = {webhook.id: webhook for webhook in found}
    return [Call(*(*row, by_id[row[2]].url, _secrets(by_id[row[2]]))) for row in taken]


def _secrets(webhook: Webhook) -> list[bytes]:
    """The secrets that sign: for a day after a change, two."""
    before = webhook.sealed_secret_before
    return [webhook.sealed_secret, *([before] if before and webhook.secrets_overlap_at(now()) else [])]


async def settle(session: AsyncSession, called: Sequence[Called], *, at: datetime) -> None:
    """Write down what became of calls. One whose lease has passed to another, or that was deleted, is left alone."""
    for each in called:
        call = each.call
        over = CallStatus.TAKEN if each.taken else CallStatus.GIVEN_UP
        await session.exec(
            sa.update(WebhookCall)
            .where(col(WebhookCall.id) == call.id, col(WebhookCall.lease) == call.lease)
            .values(
                lease=None,
                due_at=None if each.wait is None else database_now(each.wait),
                status=over if each.wait is None else CallStatus.WAITING,
                answer=each.answer,
                tried_at=at,
            )
            .execution_options(synchronize_session=False)
        )
        if each.gone:
            await session.exec(sa.update(Webhook).where(col(Webhook.id) == call.webhook_id).values(in_use=False))


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Forget calls that are over."""
    over = col(WebhookCall.due_at).is_(None), col(WebhookCall.created_at) < before
    await session.exec(sa.delete(WebhookCall).where(*over).execution_options(synchronize_session=False))


def _due() -> tuple[sa.ColumnElement[bool], ...]:
    in_use = sa.select(col(Webhook.id)).where(col(Webhook.in_use))
    return col(WebhookCall.due_at) <= database_now(), col(WebhookCall.webhook_id).in_(in_use)
