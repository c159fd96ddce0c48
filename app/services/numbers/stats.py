"""The truth about a campaign, read from the kept counts: as fast with ten million letters as with ten."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.columns import now
from app.models.letter import LEFT, LetterKind, Stage
from app.models.tally import Breakdown, Dimension, Stats
from app.services import campaigns
from app.services.counting import tallied
from app.services.numbers import disclosure, forecast, kept
from app.services.numbers.kept import Kept


async def read(
    session: AsyncSession,
    slug: str,
    *,
    by: Sequence[Breakdown] = (),
    since: date | None = None,
    until: date | None = None,
    usual: int | None = None,
) -> Stats:
    """Return how many letters stand in each stage, and people apart from letters. With `by`, wants one snapshot.

    `usual`: letters that an office without a limit of its own takes in an hour. None: letters are not paced.
    """
    campaign = await kept.read(session, slug)
    if campaign is None:
        raise campaigns.no_campaign()
    letters, supporters = campaign.letters, campaign.supporters
    found = {each: await _breakdown(session, campaign, each, since, until) for each in by}
    paced = usual if letters[Stage.QUEUED] else None
    return Stats(
        campaign=slug,
        as_of=now(),
        goal=campaign.goal,
        letters={"total": sum(letters.values()), **letters},
        last_expected_at=await forecast.last_expected_at(session, campaign.id, usual=paced) if paced else None,
        letters_sent=sum(letters[stage] for stage in LEFT),
        offline_letters=campaign.offline_letters,
        supporters=sum(supporters.values()),
        countries=sum(1 for n in supporters.values() if n),
        by={each.value: stages for each, stages in found.items()},
        supporters_by=await _people(session, campaign, found, since, until),
    )


async def by_stage(session: AsyncSession, campaign_id: uuid.UUID) -> dict[str, int]:
    """Return how many letters of a campaign stand in each stage."""
    return {stage.value: n for stage, n in (await tallied.stages(session, campaign_id)).items()}


async def _breakdown(
    session: AsyncSession,
    campaign: Kept,
    by: Breakdown,
    since: date | None,
    until: date | None,
) -> dict[str, dict[str, int]]:
    if by is Breakdown.COUNTRY:
        return await _by_country(session, campaign, since, until)
    if by is Breakdown.KIND:
        return await _kinds(session, campaign.id, since, until)
    if by is Breakdown.DAY:
        return _grouped(await tallied.by_day(session, campaign.id, since=since, until=until))
    return _grouped(await tallied.counts(session, campaign.id, Dimension(by.value), since=since, until=until))


async def _by_country(
    session: AsyncSession,
    campaign: Kept,
    since: date | None,
    until: date | None,
) -> dict[str, dict[str, int]]:
    """Name countries for the whole campaign only: of some days, and by comparing days, they tell of single people."""
    if since or until:
        asked = await tallied.counts(session, campaign.id, Dimension.ALL, since=since, until=until)
        if asked != await tallied.counts(session, campaign.id, Dimension.ALL):
            return _grouped([(disclosure.OTHERS, stage, n) for _, stage, n in asked])
    whole = await tallied.counts(session, campaign.id, Dimension.COUNTRY)
    names = disclosure.named(campaign.supporters, [country for country, _, _ in whole])
    return _grouped([(each if each in names else disclosure.OTHERS, stage, n) for each, stage, n in whole])


async def _kinds(
    session: AsyncSession, campaign_id: uuid.UUID, since: date | None, until: date | None
) -> dict[str, dict[str, int]]:
    """Tell joint letters from supporters' own, which are all the others."""
    total = await tallied.stages(session, campaign_id, since=since, until=until)
    counted = await tallied.counts(session, campaign_id, Dimension.KIND, since=since, until=until)
    joint = {stage: n for _, stage, n in counted}
    personal = {stage.value: left for stage, n in total.items() if (left := n - joint.get(stage, 0))}
    found = {LetterKind.PERSONAL.value: personal, LetterKind.JOINT.value: {each.value: n for each, n in joint.items()}}
    return {kind: stages for kind, stages in found.items() if stages}


def _grouped(counted: Sequence[tuple[Any, Stage, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for value, stage, n in counted:
        stages = found.setdefault(str(value), {})
        stages[stage.value] = stages.get(stage.value, 0) + n
    return found


async def _people(
    session: AsyncSession,
    campaign: Kept,
    found: Mapping[Breakdown, Mapping[str, object]],
    since: date | None,
    until: date | None,
) -> dict[str, dict[str, int]]:
    """Return people beside the letters of a breakdown: by day, and by the countries that it names."""
    people: dict[str, dict[str, int]] = {}
    if Breakdown.DAY in found:
        days = await tallied.people_by_day(session, campaign.id, since=since, until=until)
        people["day"] = {day.isoformat(): n for day, n in days}
    if Breakdown.COUNTRY in found and not (since or until):
        people["country"] = disclosure.together(campaign.supporters, frozenset(found[Breakdown.COUNTRY]))
    return people
