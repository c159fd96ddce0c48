"""The proof of the tally: count the rows again and compare. Reads every letter, so it is for operators, not for requests."""

import uuid
from collections import Counter
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.letter import Letter
from app.models.submission import Submission
from app.models.tally import SupporterTally, Tally
from app.services import tally

Counts = dict[tuple[object, ...], int]

COUNTED = (
    col(Letter.campaign_id),
    col(Letter.country),
    col(Letter.office_id),
    col(Letter.prisoner_id),
    col(Letter.language),
    col(Letter.channel),
    col(Letter.stage),
    col(Letter.stage_on),
)


class Difference(NamedTuple):
    """Where a kept count is not what the rows say."""

    where: str
    kept: int
    counted: int


async def differences(session: AsyncSession) -> list[Difference]:
    """Return every kept count that is not what the rows say."""
    kept = {**await _kept_letters(session), **await _kept_supporters(session)}
    counted: Counts = {**await _count_letters(session), **await _count_supporters(session)}
    cells = sorted(kept.keys() | counted.keys(), key=str)
    return [
        Difference(" ".join(map(str, cell)), kept.get(cell, 0), counted.get(cell, 0))
        for cell in cells
        if kept.get(cell, 0) != counted.get(cell, 0)
    ]


async def rebuild(session: AsyncSession) -> None:
    """Set every kept count to what the rows say."""
    letters, supporters = await _count_letters(session), await _count_supporters(session)
    await session.exec(sa.delete(Tally))
    await session.exec(sa.delete(SupporterTally))
    await tally.apply(session, letters.items())
    for (campaign_id, country), n in supporters.items():
        await tally.add_supporters(session, campaign_id, country, n)


async def _count_letters(session: AsyncSession) -> Counter[tally.Cell]:
    counted: Counter[tally.Cell] = Counter()
    for row in await session.execute(sa.select(*COUNTED, sa.func.count().label("n")).group_by(*COUNTED)):
        for cell, n in tally.change(row, row.stage, row.stage_on, by=row.n):
            counted[cell] += n
    return counted


async def _count_supporters(session: AsyncSession) -> dict[tuple[uuid.UUID, str], int]:
    columns = (col(Submission.campaign_id), col(Submission.country))
    rows = await session.execute(sa.select(*columns, sa.func.count()).where(col(Submission.first)).group_by(*columns))
    return {(campaign_id, country): n for campaign_id, country, n in rows}


async def _kept_letters(session: AsyncSession) -> Counts:
    rows = await session.exec(select(Tally).where(Tally.letters != 0))
    return {tally.Cell(row.campaign_id, row.dimension, row.value, row.day, row.stage): row.letters for row in rows}


async def _kept_supporters(session: AsyncSession) -> Counts:
    rows = await session.exec(select(SupporterTally).where(SupporterTally.supporters != 0))
    return {(row.campaign_id, row.country): row.supporters for row in rows}
