"""What the stats tell of a campaign whatever is asked: by one question, so that all of it is of one instant."""

import uuid
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.letter import Stage
from app.models.offline_letters import OfflineLetters
from app.models.tally import Dimension, SupporterTally, TallyTotal
from app.rows.asking import table_of
from app.rows.prepared import Prepared, Slot
from app.services import publicity


class _Row(StrEnum):
    """What a row of the answer counts."""

    GOAL = "goal"
    LETTERS = "letters"
    SUPPORTERS = "supporters"
    OFFLINE = "offline"


class Kept(NamedTuple):
    """A campaign, as far as its numbers ask for it."""

    id: uuid.UUID
    goal: int | None
    letters: dict[str, int]  # by stage
    offline_letters: int
    supporters: dict[str, int]  # by country


async def read(session: AsyncSession, slug: str) -> Kept | None:
    """Return the numbers of a public campaign, if there is one."""
    rows = await _rows.rows(session, slug=slug)
    if not rows:
        return None
    return Kept(
        rows[0][0],
        goal=next(n for _, row, _, n in rows if row == _Row.GOAL),
        letters=dict.fromkeys(map(str, Stage), 0) | _by_key(rows, _Row.LETTERS),
        offline_letters=sum(_by_key(rows, _Row.OFFLINE).values()),
        supporters=_by_key(rows, _Row.SUPPORTERS),
    )


def _by_key(rows: Sequence[tuple[Any, ...]], wanted: _Row) -> dict[str, int]:
    return {key: int(n) for _, row, key, n in rows if row == wanted}


@Prepared
def _rows(_session: AsyncSession, slug: Slot) -> sa.CompoundSelect[Any]:
    campaign, total = table_of(Campaign).c, table_of(TallyTotal).c
    people, paper = table_of(SupporterTally).c, table_of(OfflineLetters).c
    public = sa.select(campaign.id, campaign.goal).where(campaign.slug == slug, publicity.of_campaigns()).cte("public")
    return sa.union_all(
        _counted(_Row.GOAL, public, "", public.c.goal),
        _counted(_Row.LETTERS, public, total.stage, total.letters).where(
            total.campaign_id == public.c.id, total.dimension == Dimension.ALL
        ),
        _counted(_Row.SUPPORTERS, public, people.country, people.supporters).where(people.campaign_id == public.c.id),
        _counted(_Row.OFFLINE, public, "", sa.func.sum(paper.letters))
        .where(paper.campaign_id == public.c.id)
        .group_by(public.c.id),
    )


def _counted(row: _Row, public: sa.CTE, key: Any, n: Any) -> sa.Select[Any]:  # noqa: ANN401 - of any type
    """Return one part of the answer. Every row begins with the campaign's id."""
    return sa.select(public.c.id, sa.literal_column(f"'{row}'"), sa.type_coerce(key, sa.String), n)
