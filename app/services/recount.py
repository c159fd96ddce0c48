"""The proof of the tally: count the rows again and compare. Reads every letter: for operators, not for requests."""

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import streamed
from app.models.campaign import Campaign
from app.models.columns import day_in
from app.models.letter import Letter
from app.models.submission import Submission
from app.models.tally import SupporterDay, SupporterTally, Tally
from app.services import tally

Cell = TypeVar("Cell", bound=tuple[object, ...])
People = tuple[dict[tuple[uuid.UUID, str], int], dict[tuple[uuid.UUID, date], int]]  # by country, and by day


class Difference(NamedTuple):
    """Where a kept count is not what the rows say."""

    where: str
    kept: int
    counted: int


async def differences(session: AsyncSession) -> list[Difference]:
    """Return every kept count that is not what the rows say."""
    letters = _compare(await _kept_letters(session), await _count_letters(session))
    counted, (countries, days) = await _count_people(session), await _kept_people(session)
    return letters + _compare(countries, tally.by_country(counted)) + _compare(days, tally.by_day(counted))


async def rebuild(session: AsyncSession) -> None:
    """Set every kept count to what the rows say."""
    letters, people = await _count_letters(session), await _count_people(session)
    for table in (Tally, SupporterTally, SupporterDay):
        await session.exec(sa.delete(table))
    await tally.write(session, people, letters)


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


async def _count_people(session: AsyncSession) -> Counter[tally.Person]:
    """Count people. Days are the campaign's, which only we can tell: so each is read."""
    columns = (col(getattr(Submission, name)) for name in ("campaign_id", "country", "confirmed_at"))
    which = sa.select(*columns, col(Campaign.timezone)).join(Campaign, col(Submission.campaign_id) == col(Campaign.id))
    counted: Counter[tally.Person] = Counter()
    async for part in streamed(session, which.where(col(Submission.first))):
        counted.update(tally.Person(campaign, country, day_in(zone, at)) for campaign, country, at, zone in part)
    return counted


async def _kept_letters(session: AsyncSession) -> dict[tally.Cell, int]:
    columns = [col(getattr(Tally, name)) for name in tally.Cell._fields]
    kept = sa.select(*columns, col(Tally.letters)).where(col(Tally.letters) != 0)
    return {tally.Cell(*cell): n async for part in streamed(session, kept) for *cell, n in part}


async def _kept_people(session: AsyncSession) -> People:
    countries = await session.exec(select(SupporterTally).where(SupporterTally.supporters != 0))
    days = await session.exec(select(SupporterDay).where(SupporterDay.supporters != 0))
    return (
        {(row.campaign_id, row.country): row.supporters for row in countries},
        {(row.campaign_id, row.day): row.supporters for row in days},
    )
