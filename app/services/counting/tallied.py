"""Questions to the kept counts, beyond those of the stats."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.letter import LEFT, Stage
from app.models.tally import Dimension, SupporterDay, SupporterTally, Tally, TallyTotal
from app.rows.asking import rows


async def stages(
    session: AsyncSession, campaign_id: uuid.UUID, *, since: date | None = None, until: date | None = None
) -> dict[Stage, int]:
    """Return how many letters came to their present stage in these days."""
    found = await counts(session, campaign_id, Dimension.ALL, since=since, until=until)
    return dict.fromkeys(Stage, 0) | {stage: n for _, stage, n in found}


async def counts(
    session: AsyncSession,
    campaign_id: uuid.UUID,
    dimension: Dimension,
    *,
    since: date | None = None,
    until: date | None = None,
) -> list[tuple[str, Stage, int]]:
    """Return how many letters of a campaign stand in each stage, by the values of a dimension, in their order."""
    of: type[Tally | TallyTotal] = Tally if since or until else TallyTotal
    which = _which(of, campaign_id, dimension)
    which += [col(Tally.day) >= since] if since else []
    which += [col(Tally.day) <= until] if until else []
    return [(value, stage, n) for value, stage, n in await _sums(session, of, [col(of.value), col(of.stage)], which)]


async def by_day(
    session: AsyncSession, campaign_id: uuid.UUID, *, since: date | None = None, until: date | None = None
) -> list[tuple[date, Stage, int]]:
    """Return how many letters of a campaign came to their present stage on each day."""
    which = _which(Tally, campaign_id, Dimension.ALL)
    which += [col(Tally.day) >= since] if since else []
    which += [col(Tally.day) <= until] if until else []
    return [(day, stage, n) for day, stage, n in await _sums(session, Tally, [col(Tally.day), col(Tally.stage)], which)]


async def sent_by_day(session: AsyncSession, campaign_id: uuid.UUID) -> list[tuple[date, int]]:
    """Return how many letters left on each day on which one did, in order."""
    which = [*_which(Tally, campaign_id, Dimension.ALL), col(Tally.stage).in_(LEFT)]
    return [(day, n) for day, n in await _sums(session, Tally, [col(Tally.day)], which)]


async def by_office(session: AsyncSession, campaign_id: uuid.UUID) -> dict[uuid.UUID, dict[Stage, int]]:
    """Return where the letters to each office stand."""
    found: dict[uuid.UUID, dict[Stage, int]] = {}
    for office, stage, n in await counts(session, campaign_id, Dimension.OFFICE):
        found.setdefault(uuid.UUID(office), dict.fromkeys(Stage, 0))[stage] = n
    return found


async def by_campaign(session: AsyncSession, campaign_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[Stage, int]]:
    """Return where the letters of each campaign stand."""
    found = {campaign_id: dict.fromkeys(Stage, 0) for campaign_id in campaign_ids}
    which = [col(TallyTotal.campaign_id).in_(campaign_ids), col(TallyTotal.dimension) == Dimension.ALL]
    columns = [col(TallyTotal.campaign_id), col(TallyTotal.stage)]
    for campaign_id, stage, n in await _sums(session, TallyTotal, columns, which):
        found[campaign_id][stage] = n
    return found


async def people(session: AsyncSession, campaign_id: uuid.UUID) -> tuple[int, int]:
    """Return how many people confirmed, and in how many countries they live."""
    kept = sa.select(sa.func.sum(col(SupporterTally.supporters)), sa.func.count()).where(
        col(SupporterTally.campaign_id) == campaign_id, col(SupporterTally.supporters) != 0
    )
    ((supporters, countries),) = await rows(session, kept)
    return int(supporters or 0), int(countries)


async def people_by_day(
    session: AsyncSession, campaign_id: uuid.UUID, *, since: date | None, until: date | None
) -> list[tuple[date, int]]:
    """Return how many people confirmed on each day on which one did, in order."""
    days = sa.select(col(SupporterDay.day), col(SupporterDay.supporters)).where(
        col(SupporterDay.campaign_id) == campaign_id,
        *([col(SupporterDay.day) >= since] if since else []),
        *([col(SupporterDay.day) <= until] if until else []),
    )
    return [(day, n) for day, n in await rows(session, days.order_by(col(SupporterDay.day)))]


def _which(of: type[Tally | TallyTotal], campaign_id: uuid.UUID, dimension: Dimension) -> list[sa.ColumnElement[bool]]:
    return [col(of.campaign_id) == campaign_id, col(of.dimension) == dimension]


async def _sums(
    session: AsyncSession,
    of: type[Tally | TallyTotal],
    columns: Sequence[Any],
    which: Sequence[sa.ColumnElement[bool]],
) -> list[tuple[Any, ...]]:
    total = sa.func.sum(col(of.letters))
    found = sa.select(*columns, total).where(*which).group_by(*columns).having(total != 0).order_by(*columns)
    return [(*values, int(n)) for *values, n in await rows(session, found)]
