"""The truth about a campaign, read from the kept counts: as fast with ten million letters as with ten."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import rows, table_of
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import LEFT, Stage
from app.models.tally import Breakdown, Dimension, Stats, SupporterTally, Tally
from app.services import campaigns, publicity
from app.services.numbers import forecast, offline_letters

FEWEST = 5  # supporters of a country below which it is not shown by name
OTHERS = "other"
VALUE: SQLColumnExpression[Any] = col(Tally.value)


class _Counted(NamedTuple):
    """A campaign, as far as its numbers ask for it."""

    id: uuid.UUID
    slug: str
    goal: int | None


async def read(
    session: AsyncSession,
    slug: str,
    *,
    by: Sequence[Breakdown] = (),
    since: date | None = None,
    until: date | None = None,
    usual: int | None = None,
) -> Stats:
    """Return how many letters stand in each stage, and people apart from letters. Wants one snapshot.

    `usual`: letters that an office without a limit of its own takes in an hour. None: letters are not paced.
    """
    campaign = await _campaign(session, slug)
    letters = await by_stage(session, campaign.id)
    people = table_of(SupporterTally).c
    counted = sa.select(people.country, people.supporters).where(people.campaign_id == campaign.id)
    supporters: dict[str, int] = dict(await rows(session, counted))
    return Stats(
        campaign=campaign.slug,
        as_of=now(),
        goal=campaign.goal,
        letters={"total": sum(letters.values()), **letters},
        last_expected_at=await forecast.last_expected_at(session, campaign.id, usual=usual) if usual else None,
        letters_sent=sum(letters[stage] for stage in LEFT),
        offline_letters=await offline_letters.total(session, campaign.id),
        supporters=sum(supporters.values()),
        countries=sum(1 for n in supporters.values() if n),
        by={each.value: await _breakdown(session, campaign, each, supporters, since, until) for each in by},
    )


async def by_stage(session: AsyncSession, campaign_id: uuid.UUID) -> dict[str, int]:
    """Return how many letters of a campaign stand in each stage."""
    letters = {stage.value: 0 for stage in Stage}
    letters.update((stage.value, n) for _, stage, n in await counts(session, campaign_id, Dimension.ALL))
    return letters


async def _campaign(session: AsyncSession, slug: str) -> _Counted:
    table = table_of(Campaign).c
    public = sa.select(table.id, table.slug, table.goal).where(table.slug == slug, publicity.of_campaigns())
    found = await rows(session, public)
    if not found:
        raise campaigns.no_campaign()
    return _Counted(*found[0])


async def _breakdown(
    session: AsyncSession,
    campaign: _Counted,
    by: Breakdown,
    supporters: dict[str, int],
    since: date | None,
    until: date | None,
) -> dict[str, dict[str, int]]:
    dimension = Dimension.ALL if by is Breakdown.DAY else Dimension(by.value)
    column: SQLColumnExpression[Any] = col(Tally.day) if by is Breakdown.DAY else col(Tally.value)
    found: dict[str, dict[str, int]] = {}
    for value, stage, n in await counts(session, campaign.id, dimension, column, since, until):
        shown = OTHERS if by is Breakdown.COUNTRY and supporters.get(value, 0) < FEWEST else str(value)
        stages = found.setdefault(shown, {})
        stages[stage.value] = stages.get(stage.value, 0) + n
    return found


async def counts(
    session: AsyncSession,
    campaign_id: uuid.UUID,
    dimension: Dimension,
    column: SQLColumnExpression[Any] = VALUE,
    since: date | None = None,
    until: date | None = None,
) -> Sequence[tuple[Any, Stage, int]]:
    """Return how many letters of a campaign stand in each stage, by the values of one column of the tally."""
    total = sa.func.sum(col(Tally.letters))
    which = sa.select(column, col(Tally.stage), total).where(
        col(Tally.campaign_id) == campaign_id,
        col(Tally.dimension) == dimension,
        *([col(Tally.day) >= since] if since else []),
        *([col(Tally.day) <= until] if until else []),
    )
    found = await rows(session, which.group_by(column, col(Tally.stage)).having(total != 0).order_by(column))
    return [(value, stage, int(n)) for value, stage, n in found]
