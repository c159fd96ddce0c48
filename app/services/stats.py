"""The truth about a campaign, read from the kept counts: as fast with ten million letters as with ten."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import rows
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import LEFT, Stage
from app.models.tally import Breakdown, Dimension, Stats, SupporterTally, Tally
from app.services import forecast, offline_letters

FEWEST = 5  # supporters of a country below which it is not shown by name
OTHERS = "other"
VALUE: SQLColumnExpression[Any] = col(Tally.value)


async def read(
    session: AsyncSession,
    campaign: Campaign,
    *,
    by: Sequence[Breakdown] = (),
    since: date | None = None,
    until: date | None = None,
    usual: int | None = None,
) -> Stats:
    """Return how many letters stand in each stage, and people apart from letters.

    `usual`: letters that an office without a limit of its own takes in an hour. None: letters are not paced.
    """
    letters = dict.fromkeys(Stage, 0)
    letters.update((stage, n) for _, stage, n in await counts(session, campaign, Dimension.ALL))
    people = select(SupporterTally.country, SupporterTally.supporters)
    supporters = dict((await session.exec(people.where(SupporterTally.campaign_id == campaign.id))).all())
    return Stats(
        campaign=campaign.slug,
        as_of=now(),
        goal=campaign.goal,
        letters={"total": sum(letters.values()), **{stage.value: n for stage, n in letters.items()}},
        last_expected_at=await forecast.last_expected_at(session, campaign.id, usual=usual) if usual else None,
        letters_sent=sum(letters[stage] for stage in LEFT),
        offline_letters=await offline_letters.total(session, campaign.id),
        supporters=sum(supporters.values()),
        countries=sum(1 for n in supporters.values() if n),
        by={each.value: await _breakdown(session, campaign, each, supporters, since, until) for each in by},
    )


async def _breakdown(
    session: AsyncSession,
    campaign: Campaign,
    by: Breakdown,
    supporters: dict[str, int],
    since: date | None,
    until: date | None,
) -> dict[str, dict[str, int]]:
    dimension = Dimension.ALL if by is Breakdown.DAY else Dimension(by.value)
    column: SQLColumnExpression[Any] = col(Tally.day) if by is Breakdown.DAY else col(Tally.value)
    found: dict[str, dict[str, int]] = {}
    for value, stage, n in await counts(session, campaign, dimension, column, since, until):
        shown = OTHERS if by is Breakdown.COUNTRY and supporters.get(value, 0) < FEWEST else str(value)
        stages = found.setdefault(shown, {})
        stages[stage.value] = stages.get(stage.value, 0) + n
    return found


async def counts(
    session: AsyncSession,
    campaign: Campaign,
    dimension: Dimension,
    column: SQLColumnExpression[Any] = VALUE,
    since: date | None = None,
    until: date | None = None,
) -> Sequence[tuple[Any, Stage, int]]:
    """Return how many letters of a campaign stand in each stage, by the values of one column of the tally."""
    total = sa.func.sum(col(Tally.letters))
    which = sa.select(column, col(Tally.stage), total).where(
        col(Tally.campaign_id) == campaign.id,
        col(Tally.dimension) == dimension,
        *([col(Tally.day) >= since] if since else []),
        *([col(Tally.day) <= until] if until else []),
    )
    found = await rows(session, which.group_by(column, col(Tally.stage)).having(total != 0).order_by(column))
    return [(value, stage, int(n)) for value, stage, n in found]
