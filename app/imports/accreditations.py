"""The countries to which embassies speak, one or many a row. They are added; none is taken away."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports import offices
from app.imports.changes import Decision
from app.imports.kind import Batch
from app.imports.offices import Offices
from app.imports.report import Fault, Result
from app.imports.rows import Row
from app.imports.validating import validate
from app.models.columns import Strict
from app.models.office import Accreditation, Office
from app.models.text import Country, Line

NO_KEY = "Name the office by its external id."
NO_OFFICE = "There is no office with this external id. Import the offices first."


class AccreditationRow(Strict):
    external_id: Line = Field(description="The embassy's.")
    accredited_to: list[Country] = Field(min_length=1, max_length=250)


async def load(session: AsyncSession, batch: Batch) -> Offices:
    return await offices.load(session, batch)


def keys(row: Row, _there: Offices) -> list[str] | Fault:
    """Return by what the row is found again: an embassy and a country stand together once."""
    if not (embassy := row.values.get("external_id")):
        return Fault("external_id", NO_KEY)
    countries = row.values.get("accredited_to") or [""]
    return [f"{embassy} → {country}" for country in dict.fromkeys(map(str, countries))]


def decide(row: Row, there: Offices, batch: Batch) -> Decision:
    """Return which countries a row adds. Pure."""
    body = validate(AccreditationRow, {**batch.given, **row.values})
    if isinstance(body, list):
        return Decision.refuse(*body)
    office = there.by_external_id.get(body.external_id)
    if office is None:
        return Decision.refuse(Fault("external_id", NO_OFFICE))
    return _add(office, there.accredited.get(office["id"], ()), set(body.accredited_to))


def _add(office: Mapping[str, Any], before: Sequence[str], wanted: set[str]) -> Decision:
    countries = wanted - set(before)
    decision = Decision(Result.CREATED if countries else Result.UNCHANGED, about=(Office, office))
    decision.told["accredited_to"] = sorted(before), sorted(wanted | set(before))
    office_id: uuid.UUID = office["id"]
    for country in sorted(countries):
        decision.insert(Accreditation, office_id=office_id, country=country)
    if countries:
        decision.update(Office, office, {"in_use": office["in_use"]})  # the revision moves on
    return decision
