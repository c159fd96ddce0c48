"""Offices with their holders and accreditations."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports import holders
from app.imports.changes import Decision, different, new_row
from app.imports.kind import NO_KEY, Batch
from app.imports.report import Fault, Result
from app.imports.rows import Row
from app.imports.validating import validate
from app.models.office import Accreditation, Office, OfficeCreate
from app.models.official import Official
from app.models.text import Country
from app.rows.asking import mappings, table_of
from app.services.offices import officials
from app.sheets.flat import merged

SOMEBODY_ELSES = "There is no office with this id. Leave the cell empty to add the office."
TAKEN = "Another office has this external id already."
BELONGING = ("accredited_to", "holder", "id")  # what does not stand in the office's own columns

Values = Mapping[str, Any]


class OfficeRow(OfficeCreate):
    """What the API takes, and what an export tells besides."""

    id: uuid.UUID | None = Field(default=None, description="From an export: the office that is meant.")
    in_use: bool = True


class EmbassyRow(OfficeRow):
    accredited_to: list[Country] = Field(min_length=1, max_length=250)


@dataclass(frozen=True, slots=True)
class Offices:
    """The offices of which some rows speak."""

    by_id: Mapping[str, Values]
    by_external_id: Mapping[str, Values]
    holders: Mapping[uuid.UUID, Sequence[Values]]
    accredited: Mapping[uuid.UUID, Sequence[str]]

    def find(self, row: Row) -> Values | None:
        if wanted := row.values.get("id"):
            return self.by_id.get(wanted)
        return self.by_external_id.get(str(row.values.get("external_id")))


async def load(session: AsyncSession, batch: Batch) -> Offices:
    """Read the offices that the rows name, with all who held them."""
    table = table_of(Office)
    named = sa.or_(table.c.external_id.in_(batch.texts("external_id")), table.c.id.in_(_ids(batch.texts("id"))))
    which = sa.select(table).where(table.c.organisation_id == batch.organisation_id, named).order_by(table.c.id)
    found = [_whole(each) for each in await mappings(session, which.with_for_update() if batch.lock else which)]
    ids = [office["id"] for office in found]
    return Offices(
        {str(office["id"]): office for office in found},
        {office["external_id"]: office for office in found if office["external_id"]},
        holders.by_office(await _belonging(session, Official, ids)),
        _countries(await _belonging(session, Accreditation, ids)),
    )


def keys(row: Row, there: Offices) -> list[str] | Fault:
    """Return by what the row is found again."""
    found = there.find(row)
    if found:
        return [found["external_id"] or str(found["id"]), str(found["id"])]
    if row.values.get("id"):
        return Fault("id", SOMEBODY_ELSES)
    return [row.values["external_id"]] if row.values.get("external_id") else Fault("external_id", NO_KEY)


def decide(row: Row, there: Offices, batch: Batch, model: type[OfficeRow] = OfficeRow) -> Decision:
    """Return what a row adds or changes. Pure."""
    old = there.find(row)
    held = there.holders.get(old["id"], ()) if old else ()
    before = _body(old, there.accredited.get(old["id"], ())) if old else batch.given
    values = merged(before, row.values)
    if given := values.get("holder"):
        values["holder"] = holders.described(held, given)
    body = validate(model, values)
    if isinstance(body, list):
        return Decision.refuse(*body)
    if old is None:
        return _create(body, batch.organisation_id)
    twin = there.by_external_id.get(body.external_id or "")
    if twin and twin is not old:
        return Decision.refuse(Fault("external_id", TAKEN))
    return _update(body, old, held, there.accredited.get(old["id"], ()))


def decide_embassy(row: Row, there: Offices, batch: Batch) -> Decision:
    return decide(row, there, batch, EmbassyRow)


def _create(body: OfficeRow, organisation_id: uuid.UUID) -> Decision:
    decision = Decision(Result.CREATED)
    office = new_row(Office, {**_columns(body), "organisation_id": organisation_id})
    decision.insert(Office, **office)
    decision.about = Office, office
    _accredit(decision, office["id"], (), body.accredited_to)
    if body.holder:
        decision.insert(Official, **new_row(Official, {**body.holder.model_dump(), "office_id": office["id"]}))
    return decision


def _update(body: OfficeRow, old: Values, held: Sequence[Values], accredited: Sequence[str]) -> Decision:
    decision = Decision(Result.UNCHANGED, about=(Office, old))
    changed = different(old, _columns(body))
    _accredit(decision, old["id"], accredited, body.accredited_to)
    fault = holders.succeed(decision, old["id"], held, body.holder) if body.holder else None
    if fault:
        return Decision.refuse(fault)
    if changed or decision.inserts or decision.updates or decision.deletes:
        decision.result = Result.UPDATED
        decision.update(Office, old, {**changed, "in_use": body.in_use})  # whatever changed, the revision moves on
    return decision


def _columns(body: OfficeRow) -> dict[str, Any]:
    own = {name: value for name, value in officials.columns(body).items() if name not in BELONGING}
    return {**own, "emails": [each.model_dump() for each in body.emails]}


def _body(office: Values, accredited: Sequence[str]) -> dict[str, Any]:
    """Return what stands there, as a row that would change nothing. The holder is compared apart."""
    own = {name: office[name] for name in OfficeRow.model_fields if name in office}
    return {**own, "accredited_to": list(accredited)}


def _accredit(decision: Decision, office_id: uuid.UUID, before: Sequence[str], after: Sequence[str]) -> None:
    decision.told["accredited_to"] = sorted(before), sorted(set(after))
    for country in sorted(set(after) - set(before)):
        decision.insert(Accreditation, office_id=office_id, country=country)
    for country in sorted(set(before) - set(after)):
        decision.deletes.append((Accreditation, {"office_id": office_id, "country": country}))


async def _belonging(session: AsyncSession, model: type[SQLModel], ids: Sequence[uuid.UUID]) -> Sequence[Values]:
    table = table_of(model)
    return await mappings(session, sa.select(table).where(table.c.office_id.in_(ids)))


def _countries(found: Sequence[Values]) -> dict[uuid.UUID, list[str]]:
    accredited = defaultdict(list)
    for each in found:
        accredited[each["office_id"]].append(each["country"])
    return {office_id: sorted(countries) for office_id, countries in accredited.items()}


def _whole(office: Values) -> Values:
    """An address that is not said to be dead is alive: said or not, it is the same."""
    return {**office, "emails": [{"dead": False, "why": None} | each for each in office["emails"]]}


def _ids(texts: Sequence[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue  # the row is refused with the model's own words
    return found
