"""Letters on paper, counted by hand: one row for each event."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports.changes import Decision
from app.imports.kind import NO_KEY, Batch
from app.imports.report import Fault
from app.imports.rows import Row
from app.imports.validating import validate
from app.models.campaign import Campaign
from app.models.office import Office
from app.models.offline_letters import OfflineLetters, OfflineLettersCreate
from app.rows.asking import mappings, table_of
from app.sheets.flat import merged

NO_CAMPAIGN = "Your organisation has no campaign with this slug."
A_DRAFT = "This campaign has not been published: nobody can have written for it."
NO_OFFICE = "There is no office with this external id."

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of which some rows speak, with campaigns by slug and offices by external id."""

    by_external_id: Mapping[str, Values]
    campaigns: Mapping[str, Values]
    offices: Mapping[str, Values]


async def load(session: AsyncSession, batch: Batch) -> Counts:
    """Read the counts, campaigns and offices that the rows name."""
    campaigns = [*batch.texts("campaign"), str(batch.given.get("campaign"))]
    offices = [*batch.texts("office"), str(batch.given.get("office"))]
    found = await _named(session, batch, OfflineLetters, "external_id", batch.texts("external_id"))
    ids = {each["campaign_id"] for each in found}, {each["office_id"] for each in found}
    return Counts(
        {each["external_id"]: each for each in found},
        {each["slug"]: each for each in await _named(session, batch, Campaign, "slug", campaigns, ids[0])},
        {each["external_id"]: each for each in await _named(session, batch, Office, "external_id", offices, ids[1])},
    )


def keys(row: Row, _there: Counts) -> list[str] | Fault:
    """Return by what the row is found again."""
    told = row.values.get("external_id")
    return [told] if told else Fault("external_id", NO_KEY)


def decide(row: Row, there: Counts, batch: Batch) -> Decision:
    """Return what a row adds or changes. Pure."""
    old = there.by_external_id.get(row.values["external_id"])
    body = validate(OfflineLettersCreate, merged(_body(old, there) if old else batch.given, row.values))
    if isinstance(body, list):
        return Decision.refuse(*body)
    campaign, office = there.campaigns.get(body.campaign), there.offices.get(body.office or "")
    if fault := _against(body, campaign, office):
        return Decision.refuse(fault)
    assert campaign  # noqa: S101 - refused above without
    columns = body.model_dump(exclude={"campaign", "office"})
    columns |= {"campaign_id": campaign["id"], "office_id": office["id"] if office else None}
    if old is None:
        return Decision.create(OfflineLetters, {**columns, "organisation_id": batch.organisation_id})
    return Decision.change(OfflineLetters, old, columns)


def _against(body: OfflineLettersCreate, campaign: Values | None, office: Values | None) -> Fault | None:
    if campaign is None:
        return Fault("campaign", NO_CAMPAIGN)
    if campaign["brief_id"] is None:
        return Fault("campaign", A_DRAFT)
    return Fault("office", NO_OFFICE) if body.office and office is None else None


def _body(old: Values, there: Counts) -> dict[str, Any]:
    """Return what stands there, as a row that would change nothing."""
    own = {name: old[name] for name in OfflineLettersCreate.model_fields if name in old}
    campaign = _name(there.campaigns, old["campaign_id"])
    return {**own, "campaign": campaign, "office": _name(there.offices, old["office_id"])}


def _name(found: Mapping[str, Values], wanted: uuid.UUID | None) -> str | None:
    return next((name for name, each in found.items() if each["id"] == wanted), None)


async def _named(
    session: AsyncSession, batch: Batch, model: type[SQLModel], column: str, texts: list[str], ids: object = ()
) -> list[Values]:
    table = table_of(model)
    named = sa.or_(table.c[column].in_(texts), table.c.id.in_([each for each in ids if each]))  # type: ignore[attr-defined] # a set of ids
    return await mappings(session, sa.select(table).where(table.c.organisation_id == batch.organisation_id, named))
