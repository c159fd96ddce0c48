"""The proof of the tally: count the rows again and compare. Reads every letter: for operators, not for requests."""

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import rows, streamed
from app.models.campaign import Campaign
from app.models.columns import day_in
from app.models.letter import Letter
from app.models.submission import Submission
from app.models.tally import SupporterDay, SupporterTally, Tally
from app.services import tally

Supporters = dict[tuple[uuid.UUID, str], int]
Days = Mapping[tuple[uuid.UUID, date], int]
Cell = TypeVar("Cell", bound=tuple[object, ...])


class Difference(NamedTuple):
    """Where a kept count is not what the rows say."""

    where: str
    kept: int
    counted: int


async def differences(session: AsyncSession) -> list[Difference]:
    """Return every kept count that is not what the rows say."""
    letters = _compare(await _kept_letters(session), await _count_letters(session))
    days = _compare(await _kept_days(session), await _count_days(session))
    return letters + days + _compare(await _kept_supporters(session), await _count_supporters(session))


async def rebuild(session: AsyncSession) -> None:
    """Set every kept count to what the rows say."""
    letters, supporters = await _count_letters(session), await _count_supporters(session)
    await session.exec(sa.delete(Tally))
    await session.exec(sa.delete(SupporterTally))
    await session.exec(sa.delete(SupporterDay))
    await tally.write_days(session, await _count_days(session))
    await tally.write(session, supporters, letters)


def _compare(kept: Mapping[Cell, int], counted: Mapping[Cell, int]) -> list[Difference]:
    return [
        Difference(" ".join(map(str, cell)), kept.get(cell, 0), counted.get(cell, 0))
        for cell in sorted(kept.keys() | counted.keys(), key=str)
        if kept.get(cell, 0) != counted.get(cell, 0)
    ]


async def _count_letters(session: AsyncSession) -> Counter[tally.Cell]:
    """Count the letters of each kind in the database, and hold no more of them than a part at a time."""
    counted: Counter[tally.Cell] = Counter()
    columns = [col(getattr(Letter, "stage_on" if name == "day" else name)) for name in tally.Kind._fields]
    async for part in streamed(session, sa.select(*columns, sa.func.count()).group_by(*columns)):
        counted.update(tally.cells({tally.Kind(*kind): n for *kind, n in part}))
    return counted


async def _count_supporters(session: AsyncSession) -> Supporters:
    columns = (col(Submission.campaign_id), col(Submission.country))
    found = await rows(session, sa.select(*columns, sa.func.count()).where(col(Submission.first)).group_by(*columns))
    return {(campaign_id, country): n for campaign_id, country, n in found}


async def _count_days(session: AsyncSession) -> Days:
    """Count people by the day in their campaign's time zone, which the databases cannot tell: so each is read."""
    which = sa.select(col(Submission.campaign_id), col(Campaign.timezone), col(Submission.confirmed_at))
    which = which.join(Campaign, col(Submission.campaign_id) == col(Campaign.id)).where(col(Submission.first))
    counted: Counter[tuple[uuid.UUID, date]] = Counter()
    async for part in streamed(session, which):
        counted.update((campaign_id, day_in(zone, at)) for campaign_id, zone, at in part)
    return counted


async def _kept_letters(session: AsyncSession) -> dict[tally.Cell, int]:
    columns = [col(getattr(Tally, name)) for name in tally.Cell._fields]
    kept = sa.select(*columns, col(Tally.letters)).where(col(Tally.letters) != 0)
    return {tally.Cell(*cell): n async for part in streamed(session, kept) for *cell, n in part}


async def _kept_supporters(session: AsyncSession) -> Supporters:
    kept = await session.exec(select(SupporterTally).where(SupporterTally.supporters != 0))
    return {(row.campaign_id, row.country): row.supporters for row in kept}


async def _kept_days(session: AsyncSession) -> Days:
    kept = await session.exec(select(SupporterDay).where(SupporterDay.supporters != 0))
    return {(row.campaign_id, row.day): row.supporters for row in kept}
