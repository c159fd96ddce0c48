"""Offices and their holders as Popolo: persons, organizations, posts, memberships."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.office import Office, OfficeQuery
from app.models.official import Official
from app.models.organisation import Organiser
from app.models.popolo import Popolo
from app.models.prisoner import Gender
from app.models.text import in_language
from app.services.offices import officials

LANGUAGE = "en"

Thing = dict[str, Any]


async def read(session: AsyncSession, query: OfficeQuery, visitor: Organiser | None) -> Popolo:
    """Return a page of offices with all their holders; how they are reached to organisers only."""
    offices, next_cursor = await officials.page(session, query)
    held = select(Official).where(col(Official.office_id).in_([office.id for office in offices]))
    holders = (await session.exec(held.order_by(sa.nulls_first(col(Official.since)), col(Official.id)))).all()
    by_id = {office.id: office for office in offices}
    organizations = {each["id"]: each for office in offices if (each := _organization(office))}
    return Popolo(
        persons=[_person(holder) for holder in holders],
        organizations=list(organizations.values()),
        posts=[_post(office, with_ways=visitor is not None) for office in offices],
        memberships=[_membership(holder, by_id[holder.office_id]) for holder in holders],
        next_cursor=next_cursor,
    )


def _person(official: Official) -> Thing:
    return _without_nothing(
        id=str(official.id),
        name=official.name,
        other_names=_others(official.names),
        family_name=official.surname,
        gender=None if official.gender is Gender.UNKNOWN else official.gender.value,
    )


def _organization(office: Office) -> Thing | None:
    if not office.institution:
        return None
    return _without_nothing(
        id=_organization_id(office),
        name=in_language(office.institution, LANGUAGE),
        other_names=_others(office.institution),
        area_id=f"country:{office.country.lower()}",
    )


def _organization_id(office: Office) -> str | None:
    """Institutions have no id of their own: one is made of the country and the name, the same in every export."""
    if not office.institution:
        return None
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{office.country} {in_language(office.institution, LANGUAGE)}"))


def _post(office: Office, *, with_ways: bool) -> Thing:
    return _without_nothing(
        id=str(office.id),
        label=in_language(office.title, LANGUAGE),
        other_label=_others(office.title),
        role=office.kind.value,
        organization_id=_organization_id(office),
        area_id=f"country:{office.country.lower()}",
        contact_details=_ways(office) if with_ways else None,
    )


def _ways(office: Office) -> Sequence[Thing]:
    emails = [{"type": "email", "value": each["address"]} for each in office.emails if not each.get("dead")]
    address = [{"type": "address", "value": office.postal_address}] if office.postal_address else []
    form = [{"type": "url", "label": "web form", "value": office.web_form_url}] if office.web_form_url else []
    return [*emails, *address, *form]


def _membership(official: Official, office: Office) -> Thing:
    return _without_nothing(
        id=str(official.id),
        person_id=str(official.id),
        post_id=str(office.id),
        organization_id=_organization_id(office),
        role=office.kind.value,
        start_date=official.since.isoformat() if official.since else None,
        end_date=official.until.isoformat() if official.until else None,
    )


def _others(texts: Mapping[str, str]) -> list[Thing]:
    return [{"name": text, "lang": language} for language, text in texts.items()]


def _without_nothing(**values: object) -> Thing:
    return {name: value for name, value in values.items() if value is not None and value != []}
