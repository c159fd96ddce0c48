"""Offices with the officials who hold them."""

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, NotFound
from app.models.office import (
    Accreditation,
    Office,
    OfficeCreate,
    OfficeForOrganisers,
    OfficePublic,
    OfficeQuery,
    OfficeUpdate,
)
from app.models.official import HolderPublic, Official, OfficialPublic
from app.models.organisation import Organiser
from app.pagination import Page
from app.services import revisions
from app.services.offices import holders
from app.services.offices.holders import holders_of
from app.services.returning import addresses
from app.services.team import audit

AS_JSON = {"emails", "channels", "open_hours"}


async def read(session: AsyncSession, office_id: uuid.UUID, visitor: Organiser | None) -> OfficePublic:
    """Show an office: to organisers with its addresses."""
    office = await _find(session, office_id)
    return await show_to_organisers(session, office) if visitor else await show(session, office)


async def held_by(session: AsyncSession, office_id: uuid.UUID) -> list[HolderPublic]:
    """Return who held an office, holds it and will hold it."""
    return await holders.listed(session, (await _find(session, office_id)).id)


async def own(session: AsyncSession, organiser: Organiser, office_id: uuid.UUID) -> Office:
    """Return an office that the organiser's organisation looks after, to be changed."""
    office = await _find(session, office_id, lock=True)
    if office.organisation_id != organiser.organisation_id:
        raise no_office()
    return office


def no_office() -> NotFound:
    return NotFound("There is no office at this address.")


async def listed(session: AsyncSession, query: OfficeQuery) -> Page[OfficePublic]:
    """Return offices with their present holders, newest first."""
    found, next_cursor = await page(session, query)
    return Page(items=await _show(session, found), next_cursor=next_cursor)


async def page(session: AsyncSession, query: OfficeQuery) -> tuple[Sequence[Office], str | None]:
    """Return the offices of a page, newest first, and the next cursor."""
    which = select(Office)
    if query.after:
        which = which.where(col(Office.id) < query.after)
    if query.country:
        which = which.where(Office.country == query.country)
    if query.kind:
        which = which.where(Office.kind == query.kind)
    if query.accredited_to:
        which = which.where(
            col(Office.id).in_(select(Accreditation.office_id).where(Accreditation.country == query.accredited_to))
        )
    if query.language:
        which = which.where(sa.cast(col(Office.languages), sa.String).contains(f'"{query.language}"', autoescape=True))
    found = (await session.exec(which.order_by(col(Office.id).desc()).limit(query.limit + 1))).all()
    return query.cut(found)


async def show(session: AsyncSession, office: Office) -> OfficePublic:
    return (await _show(session, [office]))[0]


async def show_to_organisers(session: AsyncSession, office: Office) -> OfficeForOrganisers:
    shown = await show(session, office)
    return OfficeForOrganisers.model_validate({**office.model_dump(), **shown.model_dump()})


async def create(session: AsyncSession, organiser: Organiser, body: OfficeCreate) -> OfficeForOrganisers:
    """Add an office, with its accreditations and its present holder."""
    office = Office.model_validate({**columns(body), "organisation_id": organiser.organisation_id})
    await revisions.insert(
        session, office, taken=Conflict("There is an office with this external id already: change that one.")
    )
    await _accredit(session, office, body.accredited_to)
    if body.holder:
        session.add(Official(office_id=office.id, **body.holder.model_dump()))
        await session.flush()
    return await show_to_organisers(session, office)


async def update(
    session: AsyncSession, office: Office, body: OfficeUpdate, *, if_match: str | None
) -> OfficeForOrganisers:
    """Change what is sent. Letters not yet sent greet the new holder, and go to the new address."""
    revisions.require(office.revision, if_match)
    await revisions.change(session, office, columns(body))
    if body.emails is not None:
        await addresses.forget_soft_bounces(session, office.id)
    if body.accredited_to is not None:
        await _accredit(session, office, body.accredited_to)
    if body.holder:
        await holders.succeed(session, office, body.holder)
    return await show_to_organisers(session, office)


async def delete(session: AsyncSession, office: Office) -> None:
    """Delete an office to which nobody has written."""
    await addresses.forget_soft_bounces(session, office.id)
    await session.exec(sa.delete(Accreditation).where(col(Accreditation.office_id) == office.id))
    await session.exec(sa.delete(Official).where(col(Official.office_id) == office.id))
    await session.delete(office)
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict(
            "Campaigns or letters name this office. Set `in_use` to false instead: then nobody writes to it."
        ) from None


def columns(body: OfficeCreate | OfficeUpdate) -> dict[str, Any]:
    """Return what was sent for the office's own row, some of it as the plain values that JSON keeps."""
    sent = body.model_dump(exclude_unset=True, exclude={"accredited_to", "holder", *AS_JSON})
    return sent | body.model_dump(mode="json", exclude_unset=True, include=AS_JSON)


async def _find(session: AsyncSession, office_id: uuid.UUID, *, lock: bool = False) -> Office:
    office = await session.get(Office, office_id, with_for_update=lock)
    if office is None:
        raise no_office()
    return office


async def _accredit(session: AsyncSession, office: Office, countries: Sequence[str]) -> None:
    before = select(Accreditation.country).where(Accreditation.office_id == office.id)
    audit.note(session, office, {"accredited_to": (list(await session.exec(before)), countries)})
    await session.exec(sa.delete(Accreditation).where(col(Accreditation.office_id) == office.id))
    for country in dict.fromkeys(countries):
        session.add(Accreditation(office_id=office.id, country=country))
    await session.flush()


async def _show(session: AsyncSession, offices: Sequence[Office]) -> list[OfficePublic]:
    ids = [office.id for office in offices]
    present = await holders_of(session, ids)
    accredited: dict[uuid.UUID, list[str]] = {}
    rows = await session.exec(
        select(Accreditation).where(col(Accreditation.office_id).in_(ids)).order_by(Accreditation.country)
    )
    for row in rows:
        accredited.setdefault(row.office_id, []).append(row.country)
    return [
        OfficePublic.model_validate(
            {
                **office.model_dump(),
                "accredited_to": accredited.get(office.id, []),
                "holder": OfficialPublic.model_validate(present[office.id]._asdict()) if office.id in present else None,
            }
        )
        for office in offices
    ]
