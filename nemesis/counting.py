"""Letters counted from the rows, in SQL of our own, beside what the tally says: both from one snapshot."""

import uuid
from collections import Counter
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.letter import Letter
from app.models.submission import Submission
from app.models.tally import Dimension, SupporterTally, Tally, TallyTotal
from app.rows.asking import rows, table_of

DIMENSIONS = ("country", "office_id", "prisoner_id", "language", "channel")


class Cell(NamedTuple):
    """`day`: None for people, and for letters over all days."""

    campaign_id: uuid.UUID
    dimension: str
    value: str
    day: date | None
    stage: str


async def differences(session: AsyncSession) -> list[str]:
    """Return every kept count that is not what the rows say."""
    letters = await _letters(session)
    counted = letters + _over_all_days(letters) + await _supporters(session)
    kept = await _kept(session)
    return [
        f"{' '.join(map(str, cell))}: kept {kept[cell]}, counted {counted[cell]}"
        for cell in counted.keys() | kept.keys()
        if counted[cell] != kept[cell]
    ]


async def _letters(session: AsyncSession) -> Counter[Cell]:
    table = table_of(Letter)
    columns = [table.c[name] for name in ("campaign_id", "stage_on", "stage", *DIMENSIONS)]
    counted: Counter[Cell] = Counter()
    for campaign_id, day, stage, *values, n in await rows(
        session, sa.select(*columns, sa.func.count()).group_by(*columns)
    ):
        counted[Cell(campaign_id, Dimension.ALL, "", day, stage)] += n
        for name, value in zip(DIMENSIONS, values, strict=True):
            shown = "all" if value is None else str(value)
            counted[Cell(campaign_id, name.removesuffix("_id"), shown, day, stage)] += n
    return counted


def _over_all_days(letters: Counter[Cell]) -> Counter[Cell]:
    summed: Counter[Cell] = Counter()
    for cell, n in letters.items():
        summed[cell._replace(day=None)] += n
    return summed


async def _supporters(session: AsyncSession) -> Counter[Cell]:
    table = table_of(Submission)
    columns = (table.c.campaign_id, table.c.country)
    found = await rows(session, sa.select(*columns, sa.func.count()).where(table.c.first).group_by(*columns))
    return Counter({Cell(campaign_id, "supporters", country, None, ""): n for campaign_id, country, n in found})


async def _kept(session: AsyncSession) -> Counter[Cell]:
    letters, totals, supporters = table_of(Tally), table_of(TallyTotal), table_of(SupporterTally)
    kept: Counter[Cell] = Counter()
    for campaign_id, dimension, value, day, stage, n in await rows(session, sa.select(*letters.c)):
        kept[Cell(campaign_id, dimension, value, day, stage)] += n
    for campaign_id, dimension, value, stage, n in await rows(session, sa.select(*totals.c)):
        kept[Cell(campaign_id, dimension, value, None, stage)] += n
    for campaign_id, country, n in await rows(session, sa.select(*supporters.c)):
        kept[Cell(campaign_id, "supporters", country, None, "")] += n
    return kept
