"""What all letters of a campaign depend on at one instant: its row, its brief, and what the gates look at."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent, BriefOffice, BriefPrisoner
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.letter import NOT_WRITTEN
from app.models.tally import Dimension
from app.rows.asking import among, table_of
from app.rows.prepared import Prepared, waiting_or_not
from app.services import briefs, gates, rounds
from app.services.counting import tallied


class Appeal(NamedTuple):
    """A campaign's row, as far as its letters ask for it."""

    id: uuid.UUID
    slug: str
    brief_id: uuid.UUID
    status: CampaignStatus
    opens_on: date | None
    closes_on: date | None
    refused_countries: list[str]
    repeat_every_days: int | None
    timezone: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """What all letters of one campaign depend on at one instant."""

    campaign: Appeal
    brief: BriefContent
    state: gates.State
    today: date
    written: dict[uuid.UUID, int]  # letters that each office has got, where the campaign spreads them

    @property
    def round(self) -> int:
        return rounds.round_on(self.campaign, self.today)


async def read(session: AsyncSession, slugs: Collection[str]) -> dict[str, Situation]:
    """Read the situations of public campaigns together. Others are left out."""
    appeals = [Appeal(*row) for row in await _public.rows(session, slugs=list(slugs))]
    contents = [await briefs.load(session, appeal.brief_id) for appeal in appeals]
    around = await gates.around(
        session,
        prisoner_ids=_ids(prisoner for brief in contents for prisoner in brief.prisoners),
        office_ids=_ids(office for brief in contents for office in brief.offices),
    )
    today = now().date()
    return {
        appeal.slug: Situation(
            appeal, brief, gates.State(appeal, *around), today, await _written(session, appeal, brief)
        )
        for appeal, brief in zip(appeals, contents, strict=True)
    }


@Prepared
def _public(session: AsyncSession, slugs: list[str]) -> sa.Select[Any]:
    table = table_of(Campaign)
    return sa.select(*(table.c[name] for name in Appeal._fields)).where(
        among(session, table.c.slug, slugs), table.c.status != CampaignStatus.DRAFT, table.c.brief_id.is_not(None)
    )


async def held(session: AsyncSession, campaign_ids: Collection[uuid.UUID], *, wait: bool) -> dict[uuid.UUID, Appeal]:
    """Return campaigns that nobody can pause or close before this transaction ends. Readers and submissions go on.

    Campaigns are locked before deliveries, and these before letters. Who holds deliveries already must not wait
    (`wait=False`): a campaign that is being changed at this instant is left out.
    """
    found = await _hold[wait].rows(session, ids=list(campaign_ids))
    return {row[0]: Appeal(*row) for row in found}


@waiting_or_not
def _hold(session: AsyncSession, ids: list[uuid.UUID], *, wait: bool) -> sa.Select[Any]:
    table = table_of(Campaign)
    which = sa.select(*(table.c[name] for name in Appeal._fields)).where(among(session, table.c.id, ids))
    return which.order_by(table.c.id).with_for_update(read=True, skip_locked=not wait)


async def _written(session: AsyncSession, appeal: Appeal, brief: BriefContent) -> dict[uuid.UUID, int]:
    """Return how many letters each office has got or will get, by the tally, where it matters."""
    written: dict[uuid.UUID, int] = {}
    counted = await tallied.counts(session, appeal.id, Dimension.OFFICE) if brief.least_written_first else []
    for office, stage, n in counted:
        if stage not in NOT_WRITTEN:
            written[uuid.UUID(office)] = written.get(uuid.UUID(office), 0) + n
    return written


def _ids(things: Iterable[BriefPrisoner | BriefOffice]) -> set[uuid.UUID]:
    return {thing.id for thing in things}
