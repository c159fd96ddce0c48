"""Letters in the order in which they came: a short walk along an index for each campaign and stage, however many."""

import uuid
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.letter import JOINT, Letter, LetterKind
from app.models.queue import LetterQuery
from app.models.tally import Dimension, TallyTotal
from app.rows.asking import newest_of_each, rows

Condition = sa.ColumnElement[bool] | sa.TextClause

ID = col(Letter.id)
LOOKED_AT = 1_000  # of the newest letters
EVERYTHING = Dimension.ALL, ""


async def newest(session: AsyncSession, organisation_id: uuid.UUID, query: LetterQuery) -> list[uuid.UUID]:
    """Return the ids of an organisation's letters that were asked for, newest first: one more than a page has."""
    if query.campaign is None:
        found = await _among_the_newest(session, organisation_id, query)
        if len(found) > query.limit:
            return found
    asked = {col(Campaign.slug): query.campaign, col(TallyTotal.stage): query.stage}
    groups = _groups(col(Campaign.organisation_id) == organisation_id, *_given(asked), of=_rarest(query))
    of_letter = {col(Letter.reason): query.reason, col(Letter.office_id): query.office}
    which = [*_given(of_letter), *_of_kind(query.kind), *([query.after > ID] if query.after else [])]
    each = newest_of_each(session, groups, _walk(groups, *which, order=ID.desc(), limit=query.limit + 1), ID)
    return await _first(session, each, limit=query.limit + 1, descending=True)


async def oldest(
    session: AsyncSession, campaign_id: uuid.UUID, *, after: uuid.UUID | None, limit: int
) -> list[uuid.UUID]:
    """Return the ids of a campaign's letters in the order in which they came."""
    groups = _groups(col(Campaign.id) == campaign_id)
    found = newest_of_each(session, groups, _walk(groups, *([after < ID] if after else []), order=ID, limit=limit), ID)
    return await _first(session, found, limit=limit, descending=False)


async def _among_the_newest(session: AsyncSession, organisation_id: uuid.UUID, query: LetterQuery) -> list[uuid.UUID]:
    """Return what is found among the newest letters of all: for a large organisation that is a page at once."""
    named = Letter.campaign_id, Letter.stage, Letter.kind, Letter.reason, Letter.office_id
    before = [query.after > ID] if query.after else []
    newest = sa.select(ID, *map(col, named)).where(*before).order_by(ID.desc()).limit(LOOKED_AT).subquery()
    own = sa.select(newest.c.id).join_from(newest, Campaign, col(Campaign.id) == newest.c.campaign_id)
    asked = {newest.c[name]: getattr(query, name) for name in ("stage", "kind", "reason")}
    asked[newest.c.office_id] = query.office
    found = own.where(col(Campaign.organisation_id) == organisation_id, *_given(asked))
    return await _first(session, found, limit=query.limit + 1, descending=True)


def _rarest(query: LetterQuery) -> tuple[Dimension, str]:
    """Return by what the tally knows best where there are letters to look for."""
    if query.kind is LetterKind.JOINT:
        return Dimension.KIND, LetterKind.JOINT
    return (Dimension.OFFICE, str(query.office)) if query.office else EVERYTHING


def _of_kind(kind: LetterKind | None) -> list[Condition]:
    return [JOINT] if kind is LetterKind.JOINT else list(_given({col(Letter.kind): kind}))


def _groups(*which: sa.ColumnElement[bool], of: tuple[Dimension, str] = EVERYTHING) -> sa.Subquery:
    """Return in which stages campaigns have letters: the tally knows."""
    dimension, value = of
    counted = col(TallyTotal.dimension) == dimension, col(TallyTotal.value) == value
    there = col(TallyTotal.campaign_id) == col(Campaign.id), *counted
    groups = sa.select(col(TallyTotal.campaign_id), col(TallyTotal.stage)).where(
        *there, col(TallyTotal.letters) != 0, *which
    )
    return groups.subquery()


def _walk(
    groups: sa.Subquery, *which: Condition, order: sa.SQLColumnExpression[uuid.UUID], limit: int
) -> sa.Select[uuid.UUID]:
    here = col(Letter.campaign_id) == groups.c.campaign_id, col(Letter.stage) == groups.c.stage
    return sa.select(ID).where(*here, *which).order_by(order).limit(limit).correlate(groups)


async def _first(
    session: AsyncSession, found: sa.Select[uuid.UUID], *, limit: int, descending: bool
) -> list[uuid.UUID]:
    (id_,) = found.selected_columns
    return [each for (each,) in await rows(session, found.order_by(id_.desc() if descending else id_).limit(limit))]


def _given(asked: dict[Any, Any]) -> Iterable[sa.ColumnElement[bool]]:
    return [column == value for column, value in asked.items() if value is not None]
