"""The truth about a campaign, read from the kept counts: as fast with ten million letters as with ten."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import rows, table_of
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.letter import LEFT, Stage
from app.models.tally import Breakdown, Dimension, Stats, SupporterTally
from app.services import campaigns, tallied
from app.services.numbers import forecast, offline_letters

FEWEST = 5  # supporters of a country below which it is not shown by name
OTHERS = "other"


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
    return {stage.value: n for stage, n in (await tallied.stages(session, campaign_id)).items()}


async def _campaign(session: AsyncSession, slug: str) -> _Counted:
    table = table_of(Campaign).c
    public = sa.select(table.id, table.slug, table.goal).where(table.slug == slug, table.status != CampaignStatus.DRAFT)
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
    counted: Sequence[tuple[Any, Stage, int]] = (
        await tallied.by_day(session, campaign.id, since=since, until=until)
        if by is Breakdown.DAY
        else await tallied.counts(session, campaign.id, Dimension(by.value), since=since, until=until)
    )
    found: dict[str, dict[str, int]] = {}
    for value, stage, n in counted:
        shown = OTHERS if by is Breakdown.COUNTRY and supporters.get(value, 0) < FEWEST else str(value)
        stages = found.setdefault(shown, {})
        stages[stage.value] = stages.get(stage.value, 0) + n
    return found
