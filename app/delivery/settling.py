"""What became of the claims, written down by whoever still holds them."""

import logging
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database, at_the_end
from app.delivery import addresses, destinations
from app.delivery.settlement import AttemptOutcome, Settlement
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import Reason, Stage
from app.models.office import Channel
from app.models.pace import AttemptTally
from app.rows.asking import among, database_now, table_of
from app.rows.prepared import Prepared
from app.rows.updating import UpdateEach
from app.rows.writing import upsert_adding
from app.services.counting import stages

logger = logging.getLogger(__name__)

UNWRITABLE = DataError, IntegrityError, ValueError  # there is something in it that the database does not take


async def write_down(database: Database, settlements: Sequence[Settlement]) -> None:
    """Settle together; where the database refuses one of them, each by itself, so that it spoils no other."""
    try:
        await _write(database, settlements)
    except UNWRITABLE:
        for each in settlements:
            await _write_alone(database, each)


async def _write(database: Database, settlements: Sequence[Settlement]) -> None:
    if settlements:
        async with database.transaction() as session:
            await settle(session, settlements, at=now())


async def _write_alone(database: Database, settlement: Settlement) -> None:
    try:
        await _write(database, [settlement])
    except UNWRITABLE:
        logger.exception("delivery %s could not be settled", settlement.claim.id)


async def settle(session: AsyncSession, settlements: Sequence[Settlement], *, at: datetime) -> None:
    """Write down what became of the claims. One whose lease has passed to another is refused."""
    ours = await addresses.redirected(session, await _still_ours(session, settlements))
    await _set_free(session, ours)
    await _settle_letters(session, {each.claim.letter_id: each for each in ours if each.claim.letter_id}, at=at)
    await destinations.adjust(session, ours)
    _count(session, ours)


async def _still_ours(session: AsyncSession, settlements: Sequence[Settlement]) -> list[Settlement]:
    held = await _leases.rows(session, ids=[each.claim.id for each in settlements])
    leases: dict[uuid.UUID, uuid.UUID | None] = dict(held)
    return [each for each in settlements if leases.get(each.claim.id) == each.claim.lease]


@Prepared
def _leases(session: AsyncSession, ids: list[uuid.UUID]) -> sa.Select[Any]:
    delivery = table_of(Delivery).c
    held = sa.select(delivery.id, delivery.lease).where(among(session, delivery.id, ids))
    return held.order_by(delivery.id).with_for_update()


class _Over(NamedTuple):
    id: uuid.UUID
    reply: str


class _Freed(NamedTuple):
    id: uuid.UUID
    wait: float | None
    unspent: int
    reply: str
    uncertain: bool


async def _set_free(session: AsyncSession, settlements: Sequence[Settlement]) -> None:
    """Give the deliveries free. One without a wait is over. That one was uncertain is never forgotten."""
    over = [_Over(each.claim.id, each.reply) for each in settlements if _is_over(each)]
    await _freeing.execute(session, over, wait=None, unspent=0, uncertain=False)
    others = [each for each in settlements if not _is_over(each)]
    freed = [_Freed(each.claim.id, each.wait, not each.spent, each.reply, each.uncertain) for each in others]
    await _freeing.execute(session, freed)


def _is_over(settlement: Settlement) -> bool:
    """Tell whether nothing is left to say but the reply, as of most."""
    return settlement.wait is None and settlement.spent and not settlement.uncertain


def _free(given: Mapping[str, Any]) -> sa.Update:
    table = table_of(Delivery)
    return (
        sa.update(table)
        .where(table.c.id == given["id"])
        .values(
            lease=None,
            due_at=database_now(given["wait"]),  # never, where there is no wait
            attempts=table.c.attempts - given["unspent"],
            crashes=0,
            last_reply=given["reply"],
            uncertain=sa.or_(table.c.uncertain, given["uncertain"]),
        )
    )


_freeing = UpdateEach(Delivery, _free, wait=sa.Float(), unspent=sa.Integer(), reply=sa.String())


async def _settle_letters(session: AsyncSession, by_letter: Mapping[uuid.UUID, Settlement], *, at: datetime) -> None:
    locked = await stages.lock_these(session, by_letter)
    sending = [letter for letter in locked if letter.stage is Stage.SENDING]
    stopped = [letter for letter in sending if _comes_back_unwanted(letter, by_letter[letter.id])]
    groups: dict[tuple[Stage | None, Reason | None, Channel | None], list[stages.Standing]] = {}
    for letter in sending:
        each = by_letter[letter.id]
        channel = each.fallback if each.stage is Stage.READY else None
        way = (None, each.reason, None) if letter in stopped else (each.stage, each.reason, channel)
        groups.setdefault(way, []).append(letter)
    for (to, reason, channel), group in groups.items():
        kept = {letter.id: _kept(by_letter[letter.id], letter.id) for letter in group} if to else None
        await stages.move(session, group, to or Stage.QUEUED, at=at, reason=reason, channel=channel, kept=kept)
    await _stop(session, stopped, at=at)


def _kept(settlement: Settlement, letter_id: uuid.UUID) -> stages.Kept:
    return stages.Kept(letter_id, settlement.message_id, settlement.sealed_text, settlement.reply)


def _comes_back_unwanted(letter: stages.Standing, settlement: Settlement) -> bool:
    """Tell whether a letter that did not leave was cancelled, or its campaign paused, while a worker had it in hand."""
    paused = letter.reason is Reason.CAMPAIGN_PAUSED
    return letter.reason is not None and settlement.stage in ({None} if paused else {None, Stage.READY})


async def _stop(session: AsyncSession, stopped: Sequence[stages.Standing], *, at: datetime) -> None:
    for reason in {letter.reason for letter in stopped}:
        back = [letter.moved_to(Stage.QUEUED, at) for letter in stopped if letter.reason is reason]
        to = Stage.HELD if reason is Reason.CAMPAIGN_PAUSED else Stage.CANCELLED
        await stages.move(session, back, to, at=at, reason=reason)
    if stopped:
        over = sa.update(Delivery).where(col(Delivery.letter_id).in_([letter.id for letter in stopped]))
        await session.exec(over.values(due_at=None))


class _Attempts(NamedTuple):
    outcome: str
    attempts: int


def _count(session: AsyncSession, settlements: Sequence[Settlement]) -> None:
    """Have the attempts counted by outcome at the end of the transaction."""
    total: Counter[AttemptOutcome] = session.info.setdefault("attempts", Counter())
    total.update(each.outcome for each in settlements)
    at_the_end(session, _write_count)


async def _write_count(session: AsyncSession) -> None:
    total: Counter[AttemptOutcome] = session.info.pop("attempts")
    await upsert_adding(session, AttemptTally, [_Attempts(*each) for each in sorted(total.items())], add="attempts")
