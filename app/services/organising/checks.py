"""What organisers should look at, of what their organisation looks after."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.candidates import live_address
from app.errors import FieldError, Invalid
from app.models.check import (
    CheckQuery,
    OfficeToCheck,
    OfficeWithDeadAddress,
    PrisonerToCheck,
    Verified,
    VerifiedAnswer,
)
from app.models.columns import now
from app.models.office import Office, OfficeEmail
from app.models.organisation import Organiser
from app.models.prisoner import FREE_OR_DEAD, Prisoner
from app.pagination import Page, PageRequest
from app.services import revisions
from app.services.offices.holders import holders_of


async def prisoners(session: AsyncSession, organiser: Organiser, query: CheckQuery) -> Page[PrisonerToCheck]:
    """Return prisoners whose facts nobody has checked for so long, the first entered first; not the free and dead."""
    held = col(Prisoner.status).not_in(FREE_OR_DEAD)
    found, next_cursor = await _page(session, Prisoner, organiser, query, held, _long_ago(Prisoner, query))
    return Page(items=[PrisonerToCheck.model_validate(each.model_dump()) for each in found], next_cursor=next_cursor)


async def offices(session: AsyncSession, organiser: Organiser, query: CheckQuery) -> Page[OfficeToCheck]:
    """Return offices in use that nobody has checked for so long, with their holders, the first entered first."""
    old = (col(Office.in_use).is_(True), _long_ago(Office, query))
    found, next_cursor = await _page(session, Office, organiser, query, *old)
    holders = await holders_of(session, [each.id for each in found])
    names = {office_id: holder.name for office_id, holder in holders.items()}
    shown = [OfficeToCheck.model_validate({**each.model_dump(), "holder": names.get(each.id)}) for each in found]
    return Page(items=shown, next_cursor=next_cursor)


async def dead_addresses(
    session: AsyncSession, organiser: Organiser, query: PageRequest
) -> Page[OfficeWithDeadAddress]:
    """Return offices with an e-mail address that died, and which address is used instead."""
    dead = sa.cast(col(Office.emails), sa.String).contains('"dead": true')
    found, next_cursor = await _page(session, Office, organiser, query, dead)
    return Page(items=[_dead(each) for each in found], next_cursor=next_cursor)


async def verify(session: AsyncSession, organiser: Organiser, body: Verified) -> VerifiedAnswer:
    """Take down that these were checked; refuse all if one of them is not there."""
    people = await _named(session, organiser, Prisoner, Prisoner.slug, body.prisoners)
    posts = await _named(session, organiser, Office, Office.id, body.offices)
    missing = [FieldError(f"/prisoners/{n}", "You have no prisoner with this slug.") for n in _gaps(people)]
    missing += [FieldError(f"/offices/{n}", "You have no office with this id.") for n in _gaps(posts)]
    if missing:
        raise Invalid("Something named here does not exist.", errors=missing)
    day = body.verified_on or now().date()
    for thing in {id(each): each for each in [*people, *posts]}.values():
        await revisions.change(session, thing, {"verified_on": day})
    return VerifiedAnswer(prisoners=len(set(body.prisoners)), offices=len(set(body.offices)), verified_on=day)


def _long_ago(table: Any, query: CheckQuery) -> sa.ColumnElement[bool]:  # noqa: ANN401 - a table with verified_on
    day = now().date() - timedelta(days=query.days)
    return sa.or_(col(table.verified_on).is_(None), col(table.verified_on) < day)


async def _page(
    session: AsyncSession, table: Any, organiser: Organiser, query: PageRequest, *which: sa.ColumnElement[bool]  # noqa: ANN401 - a table with an organisation
) -> tuple[Sequence[Any], str | None]:  # fmt: skip
    own = select(table).where(table.organisation_id == organiser.organisation_id, *which)
    if query.after:
        own = own.where(col(table.id) > query.after)
    return query.cut((await session.exec(own.order_by(col(table.id)).limit(query.limit + 1))).all())


async def _named(
    session: AsyncSession, organiser: Organiser, table: type[SQLModel], key: Any, named: Sequence[str | uuid.UUID]  # noqa: ANN401 - a column
) -> list[Any]:  # fmt: skip
    """Return what is named, in that order; None where it is not there. Held until the transaction ends."""
    own = select(table).where(col(key).in_(named), table.organisation_id == organiser.organisation_id)  # type: ignore[attr-defined]
    found = (await session.exec(own.order_by(col(key)).with_for_update(key_share=True))).all()
    by_key = {getattr(each, key.key): each for each in found}
    return [by_key.get(each) for each in named]


def _gaps(found: Sequence[object]) -> list[int]:
    return [n for n, each in enumerate(found) if each is None]


def _dead(office: Office) -> OfficeWithDeadAddress:
    dead = [OfficeEmail.model_validate(each) for each in office.emails if each.get("dead")]
    return OfficeWithDeadAddress(id=office.id, title=office.title, dead=dead, next=live_address(office.emails))
