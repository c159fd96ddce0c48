"""The queue in the database: deliveries are claimed under a lease, and settled by whoever holds it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import database_now, execute_many, rows, table_of
from app.models.delivery import Delivery, Notice
from app.models.letter import Letter, Reason, Stage
from app.services import stages


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's temporary right to one delivery."""

    id: uuid.UUID
    lease: uuid.UUID
    submission_id: uuid.UUID
    letter_id: uuid.UUID | None
    notice: Notice | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claim. `wait`: seconds until the next attempt; None: it is over, and `stage` says how."""

    claim: Claim
    reply: str
    stage: Stage | None = None
    reason: Reason | None = None
    wait: float | None = None
    uncertain: bool = False
    message_id: str | None = None
    sealed_text: bytes | None = None


async def claim(session: AsyncSession, *, letters: bool, most: int, lease_time: float) -> list[Claim]:
    """Take deliveries that are due, letters or notices, for `lease_time` seconds. Other workers pass over them."""
    lease = uuid.uuid4()
    kind = col(Delivery.letter_id).is_not(None) if letters else col(Delivery.letter_id).is_(None)
    due = (
        sa.select(col(Delivery.id))
        .where(kind, col(Delivery.due_at).is_not(None), col(Delivery.due_at) <= database_now())
        .order_by(col(Delivery.due_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = (
        sa.update(Delivery)
        .where(col(Delivery.id).in_(due))
        .values(lease=lease, due_at=database_now(lease_time), attempts=Delivery.attempts + 1)
        .returning(
            *(
                col(getattr(Delivery, name))
                for name in ("id", "lease", "submission_id", "letter_id", "notice", "attempts")
            )
        )
        .execution_options(synchronize_session=False)
    )
    return [Claim(*row) for row in await session.exec(taken)]


async def settle(session: AsyncSession, settlements: Sequence[Settlement], *, at: datetime) -> None:
    """Write down what became of the claims. One whose lease has passed to another is refused."""
    ours = await _still_ours(session, settlements)
    await _write(session, [each for each in ours if each.wait is None], due_at=sa.null())
    await _write(session, [each for each in ours if each.wait is not None], due_at=database_now(sa.bindparam("b_wait")))
    await _settle_letters(session, {each.claim.letter_id: each for each in ours if each.claim.letter_id}, at=at)


async def _still_ours(session: AsyncSession, settlements: Sequence[Settlement]) -> list[Settlement]:
    held = await rows(
        session,
        sa.select(col(Delivery.id), col(Delivery.lease))
        .where(col(Delivery.id).in_([each.claim.id for each in settlements]))
        .order_by(col(Delivery.id))
        .with_for_update(),
    )
    leases: dict[uuid.UUID, uuid.UUID | None] = dict(held)
    return [each for each in settlements if leases.get(each.claim.id) == each.claim.lease]


async def _write(session: AsyncSession, settlements: Sequence[Settlement], *, due_at: sa.ColumnElement[Any]) -> None:
    """Give the deliveries free, in one round trip. That one was uncertain is never forgotten."""
    table = table_of(Delivery)
    change = sa.update(table).where(table.c.id == sa.bindparam("b_id"))
    change = change.values(
        lease=None,
        due_at=due_at,
        last_reply=sa.bindparam("b_reply"),
        uncertain=sa.or_(table.c.uncertain, sa.bindparam("b_uncertain")),
    )
    values = [
        {"b_id": each.claim.id, "b_reply": each.reply, "b_uncertain": each.uncertain}
        | ({} if each.wait is None else {"b_wait": each.wait})
        for each in settlements
    ]
    await execute_many(session, change, values)


async def _settle_letters(session: AsyncSession, by_letter: Mapping[uuid.UUID, Settlement], *, at: datetime) -> None:
    locked = await stages.lock(session, col(Letter.id).in_(list(by_letter)))
    sending = [letter for letter in locked if letter.stage is Stage.SENDING]
    stopped = await _stopped(session, [letter for letter in sending if by_letter[letter.id].stage is None])
    groups: dict[tuple[Stage, Reason | None], list[stages.Standing]] = {}
    for letter in sending:
        each = by_letter[letter.id]
        groups.setdefault((each.stage or Stage.QUEUED, each.reason), []).append(letter)
    for (to, reason), group in groups.items():
        await stages.move(session, group, to, at=at, reason=reason)
    await _cancel(session, stopped, at=at)
    kept = [
        {"b_id": letter.id, "b_message": each.message_id, "b_text": each.sealed_text, "b_reply": each.reply}
        for letter in sending
        if (each := by_letter[letter.id]).stage is not None
    ]
    table = table_of(Letter)
    keep = sa.update(table).where(table.c.id == sa.bindparam("b_id"), table.c.digest.is_not(None))  # not of the erased
    keep = keep.values(
        message_id=sa.bindparam("b_message"), sealed_text=sa.bindparam("b_text"), server_reply=sa.bindparam("b_reply")
    )
    await execute_many(session, keep, kept)


async def _stopped(session: AsyncSession, again: Sequence[stages.Standing]) -> list[stages.Standing]:
    """Return those that were to be tried again, but whose supporters have cancelled them in the meantime."""
    if not again:
        return []
    marked = col(Letter.id).in_([letter.id for letter in again]), col(Letter.reason) == Reason.BY_SUPPORTER
    found = {letter_id for (letter_id,) in await rows(session, sa.select(col(Letter.id)).where(*marked))}
    return [letter for letter in again if letter.id in found]


async def _cancel(session: AsyncSession, stopped: Sequence[stages.Standing], *, at: datetime) -> None:
    if stopped:
        back = [letter._replace(stage=Stage.QUEUED, stage_on=at.date()) for letter in stopped]
        await stages.move(session, back, Stage.CANCELLED, at=at, reason=Reason.BY_SUPPORTER)
        over = sa.update(Delivery).where(col(Delivery.letter_id).in_([letter.id for letter in stopped]))
        await session.exec(over.values(due_at=None))
