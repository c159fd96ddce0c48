"""Who held an office, holds it and will hold it: one after another, never two at once."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFound, invalid
from app.models.columns import now
from app.models.office import Office
from app.models.official import Holder, HolderPublic, HolderUpdate, Official, OfficialCreate
from app.rows.asking import among, table_of
from app.rows.prepared import Prepared
from app.services import correcting, revisions

TOOK_OFFICE_LATER = "The present holder took office later. Give the day on which the new one began."
OVERLAP = "Somebody else holds the office on one of these days. An office has one holder at a time."


async def listed(session: AsyncSession, office_id: uuid.UUID) -> list[HolderPublic]:
    """Return all holders of an office, the newest first; one who has yet to begin stands at the top."""
    found = reversed(await _of(session, office_id))
    return [_public(each) for each in found]


async def holders_of(
    session: AsyncSession, office_ids: Sequence[uuid.UUID], *, on: date | None = None
) -> dict[uuid.UUID, Holder]:
    """Return who holds each office on this day (today), where somebody does."""
    await session.flush()  # who was named a moment ago counts
    found = await _held.rows(session, offices=list(office_ids), on=on or now().date())
    holders = [Holder(*row) for row in found]
    return {holder.office_id: holder for holder in holders}  # the latest to come stands last, and wins


@Prepared
def _held(session: AsyncSession, offices: list[uuid.UUID], on: date) -> sa.Select[Any]:
    official = table_of(Official).c
    return (
        sa.select(*(official[name] for name in Holder._fields))
        .where(
            among(session, official.office_id, offices),
            sa.or_(official.since.is_(None), official.since <= on),
            sa.or_(official.until.is_(None), official.until >= on),
        )
        .order_by(sa.nulls_first(official.since), official.id)
    )


async def succeed(session: AsyncSession, office: Office, holder: OfficialCreate) -> None:
    """Let a new holder follow, perhaps on a day to come: the present one's time ends the day before."""
    since = holder.since or now().date()
    held = await _of(session, office.id)
    last = held[-1] if held else None
    if last and last.since == since:  # a slip, put right
        last.sqlmodel_update({**holder.model_dump(), "since": since})
        return
    if last and last.since and last.since > since:
        raise invalid("/holder/since", TOOK_OFFICE_LATER)
    if last and last.until and last.until >= since:
        raise invalid("/holder/since", OVERLAP)
    if last and last.until is None:
        last.until = since - timedelta(days=1)
    session.add(Official(office_id=office.id, **{**holder.model_dump(), "since": since}))
    await session.flush()


async def update(session: AsyncSession, office: Office, holder_id: uuid.UUID, body: HolderUpdate) -> HolderPublic:
    """Change what is sent of a holder; refuse two at once."""
    held = await _of(session, office.id)
    holder = _own(held, holder_id)
    values = body.model_dump(exclude_unset=True)
    correcting.refuse_empty(Official, values)
    holder.sqlmodel_update(values)
    if holder.since and holder.until and holder.since > holder.until:
        raise invalid("/until", "`since` lies after `until`.")
    if any(_overlap(holder, other) for other in held if other is not holder):
        raise invalid("/since" if "since" in body.model_fields_set else "/until", OVERLAP)
    await revisions.change(session, office, {})
    return _public(holder)


async def remove(session: AsyncSession, office: Office, holder_id: uuid.UUID) -> None:
    """Take a holder out who never held the office. Nobody else's time changes."""
    await session.delete(_own(await _of(session, office.id), holder_id))
    await revisions.change(session, office, {})


def _overlap(one: Official, other: Official) -> bool:
    begins_in_time = (one.since or date.min) <= (other.until or date.max)
    return begins_in_time and (other.since or date.min) <= (one.until or date.max)


def _own(held: Sequence[Official], holder_id: uuid.UUID) -> Official:
    found = next((each for each in held if each.id == holder_id), None)
    if found is None:
        raise NotFound("There is no such holder of this office.")
    return found


async def _of(session: AsyncSession, office_id: uuid.UUID) -> list[Official]:
    """Return the holders of an office, one after another."""
    which = select(Official).where(Official.office_id == office_id)
    return list(await session.exec(which.order_by(sa.nulls_first(col(Official.since)), col(Official.id))))


def _public(holder: Official) -> HolderPublic:
    return HolderPublic.model_validate(holder.model_dump())
