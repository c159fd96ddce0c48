"""The proof of the tally: count the rows again and compare. Reads every letter: for operators, not for requests."""

import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.columns import day_in
from app.models.letter import Letter
from app.models.submission import Submission
from app.models.tally import SupporterDay, SupporterTally, Tally, TallyTotal
from app.rows.asking import rows, streamed
from app.rows.writing import write_together
from app.services.counting import tally

Supporters = dict[tuple[uuid.UUID, str], int]
Days = Mapping[tuple[uuid.UUID, date], int]
Cell = TypeVar("Cell", bound=tuple[object, ...])
Counts = tuple[uuid.UUID, Counter[tally.Cell]]

BY_CAMPAIGN = itemgetter(0)


class Difference(NamedTuple):
    """Where a kept count is not what the rows say."""

    where: str
    kept: int
    counted: int


async def differences(session: AsyncSession, campaign_id: uuid.UUID | None = None) -> list[Difference]:
    """Return every kept count that is not what the rows say: of all campaigns, or of one."""
    found: list[Difference] = []
    counted_ones = set()
    async for counted_id, counted in _counted_letters(session, campaign_id):
        counted_ones.add(counted_id)
        found += await _differences(session, counted_id, counted)
    ids = [campaign_id] if campaign_id else await session.exec(select(Campaign.id))
    for without_letters in sorted(set(ids) - counted_ones):
        found += await _differences(session, without_letters, Counter())
    found += _compare(await _kept_days(session, campaign_id), await _count_days(session, campaign_id))
    return found + _compare(await _kept_supporters(session, campaign_id), await _count_supporters(session, campaign_id))


async def rebuild(session: AsyncSession, campaign_id: uuid.UUID | None = None) -> None:
    """Set every kept count to what the rows say: of all campaigns, or of one."""
    for table in (Tally, TallyTotal, SupporterTally, SupporterDay):
        kept = sa.delete(table)
        await session.exec(kept.where(col(table.campaign_id) == campaign_id) if campaign_id else kept)
    people, days = await _count_supporters(session, campaign_id), await _count_days(session, campaign_id)
    await write_together(session, *tally.rows({}, people, days))
    async for _, counted in _counted_letters(session, campaign_id):
        await write_together(session, *tally.rows(counted))


async def _differences(session: AsyncSession, campaign_id: uuid.UUID, counted: Counter[tally.Cell]) -> list[Difference]:
    by_day = _compare(await _kept(session, Tally, tally.Cell, campaign_id), counted)
    totals = _compare(await _kept(session, TallyTotal, tally.Total, campaign_id), tally.totals(counted))
    return by_day + totals


def _compare(kept: Mapping[Cell, int], counted: Mapping[Cell, int]) -> list[Difference]:
    return [
        Difference(" ".join(map(str, cell)), kept.get(cell, 0), counted.get(cell, 0))
        for cell in sorted(kept.keys() | counted.keys(), key=str)
        if kept.get(cell, 0) != counted.get(cell, 0)
    ]


async def _counted_letters(session: AsyncSession, campaign_id: uuid.UUID | None) -> AsyncIterator[Counts]:
    """Count the letters that count alike in the database; hold those of one campaign at a time."""
    columns = [col(getattr(Letter, "stage_on" if name == "day" else name)) for name in tally.Alike._fields]
    counting = sa.select(*columns, sa.func.count()).group_by(*columns).order_by(col(Letter.campaign_id))
    if campaign_id:
        counting = counting.where(col(Letter.campaign_id) == campaign_id)
    present: uuid.UUID | None = None
    counted: Counter[tally.Cell] = Counter()
    async for part in streamed(session, counting):
        for next_one, groups in groupby(part, BY_CAMPAIGN):
            if present is not None and next_one != present:
                yield present, counted
                counted = Counter()
            present = next_one
            counted.update(_cells(list(groups)))
    if present is not None:
        yield present, counted


def _cells(groups: Sequence[tuple[Any, ...]]) -> Counter[tally.Cell]:
    return tally.cells({tally.Alike(*alike): n for *alike, n in groups})


async def _kept(
    session: AsyncSession, table: type[Tally | TallyTotal], cell: type[Cell], campaign_id: uuid.UUID
) -> dict[Cell, int]:
    columns = [col(getattr(table, name)) for name in cell._fields]  # type: ignore[attr-defined] # a NamedTuple
    kept = sa.select(*columns, col(table.letters)).where(col(table.campaign_id) == campaign_id, col(table.letters) != 0)
    return {cell(*where): n for *where, n in await rows(session, kept)}


async def _count_supporters(session: AsyncSession, campaign_id: uuid.UUID | None) -> Supporters:
    columns = (col(Submission.campaign_id), col(Submission.country))
    counting = sa.select(*columns, sa.func.count()).where(col(Submission.first)).group_by(*columns)
    if campaign_id:
        counting = counting.where(col(Submission.campaign_id) == campaign_id)
    return {(of, country): n for of, country, n in await rows(session, counting)}


async def _count_days(session: AsyncSession, campaign_id: uuid.UUID | None) -> Days:
    """Count people by the day in their campaign's time zone, which the databases cannot tell: so each is read."""
    which = sa.select(col(Submission.campaign_id), col(Campaign.timezone), col(Submission.confirmed_at))
    which = which.join(Campaign, col(Submission.campaign_id) == col(Campaign.id)).where(col(Submission.first))
    if campaign_id:
        which = which.where(col(Submission.campaign_id) == campaign_id)
    counted: Counter[tuple[uuid.UUID, date]] = Counter()
    async for part in streamed(session, which):
        counted.update((of, day_in(zone, at)) for of, zone, at in part)
    return counted


async def _kept_supporters(session: AsyncSession, campaign_id: uuid.UUID | None) -> Supporters:
    kept = select(SupporterTally).where(SupporterTally.supporters != 0)
    if campaign_id:
        kept = kept.where(SupporterTally.campaign_id == campaign_id)
    return {(row.campaign_id, row.country): row.supporters for row in await session.exec(kept)}


async def _kept_days(session: AsyncSession, campaign_id: uuid.UUID | None) -> Days:
    kept = select(SupporterDay).where(SupporterDay.supporters != 0)
    if campaign_id:
        kept = kept.where(SupporterDay.campaign_id == campaign_id)
    return {(row.campaign_id, row.day): row.supporters for row in await session.exec(kept)}
