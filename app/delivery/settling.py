"""What became of the claims, written down by whoever still holds them."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import at_the_end, database_now, execute_many, rows, table_of, upsert_adding
from app.delivery import addresses, destinations
from app.delivery.settlement import Outcome, Settlement
from app.models.delivery import Delivery
from app.models.letter import Letter, Reason, Stage
from app.models.office import Channel
from app.models.pace import AttemptTally
from app.services import stages


async def settle(session: AsyncSession, settlements: Sequence[Settlement], *, at: datetime) -> None:
    """Write down what became of the claims. One whose lease has passed to another is refused."""
    ours = await addresses.redirected(session, await _still_ours(session, settlements))
    await _write(session, [each for each in ours if each.wait is None], due_at=sa.null())
    await _write(session, [each for each in ours if each.wait is not None], due_at=database_now(sa.bindparam("b_wait")))
    await _settle_letters(session, {each.claim.letter_id: each for each in ours if each.claim.letter_id}, at=at)
    await destinations.adjust(session, ours)
    _count(session, ours)


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
        attempts=table.c.attempts - sa.bindparam("b_unspent", type_=sa.Integer()),
        crashes=0,
        last_reply=sa.bindparam("b_reply"),
        uncertain=sa.or_(table.c.uncertain, sa.bindparam("b_uncertain")),
    )
    values = [
        {
            "b_id": each.claim.id,
            "b_reply": each.reply,
            "b_uncertain": each.uncertain,
            "b_unspent": int(not each.spent),
        }
        | ({} if each.wait is None else {"b_wait": each.wait})
        for each in settlements
    ]
    await execute_many(session, change, values)


async def _settle_letters(session: AsyncSession, by_letter: Mapping[uuid.UUID, Settlement], *, at: datetime) -> None:
    locked = await stages.lock(session, col(Letter.id).in_(list(by_letter)))
    sending = [letter for letter in locked if letter.stage is Stage.SENDING]
    stopped = [letter for letter in sending if _comes_back_unwanted(letter, by_letter[letter.id])]
    groups: dict[tuple[Stage, Reason | None, Channel | None], list[stages.Standing]] = {}
    for letter in sending:
        each = by_letter[letter.id]
        channel = each.fallback if each.stage is Stage.READY and letter not in stopped else None
        to = Stage.QUEUED if letter in stopped else each.stage or Stage.QUEUED
        groups.setdefault((to, each.reason, channel), []).append(letter)
    for (to, reason, channel), group in groups.items():
        await stages.move(session, group, to, at=at, reason=reason, channel=channel)
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


def _comes_back_unwanted(letter: stages.Standing, settlement: Settlement) -> bool:
    """Tell whether a letter that did not leave was cancelled by its supporter while a worker had it in hand."""
    return letter.reason is Reason.BY_SUPPORTER and settlement.stage in {None, Stage.READY}


async def _cancel(session: AsyncSession, stopped: Sequence[stages.Standing], *, at: datetime) -> None:
    if stopped:
        back = [letter.moved_to(Stage.QUEUED, at) for letter in stopped]
        await stages.move(session, back, Stage.CANCELLED, at=at, reason=Reason.BY_SUPPORTER)
        over = sa.update(Delivery).where(col(Delivery.letter_id).in_([letter.id for letter in stopped]))
        await session.exec(over.values(due_at=None))


class _Attempts(NamedTuple):
    outcome: str
    attempts: int


def _count(session: AsyncSession, settlements: Sequence[Settlement]) -> None:
    """Have the attempts counted by outcome at the end of the transaction."""
    total: Counter[Outcome] = session.info.setdefault("attempts", Counter())
    total.update(each.outcome for each in settlements)
    at_the_end(session, _write_count)


async def _write_count(session: AsyncSession) -> None:
    total: Counter[Outcome] = session.info.pop("attempts")
    await upsert_adding(session, AttemptTally, [_Attempts(*each) for each in sorted(total.items())], add="attempts")
