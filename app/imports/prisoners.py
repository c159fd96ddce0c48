"""Prisoners, found again by external id, or by slug."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports.changes import Decision
from app.imports.kind import Batch
from app.imports.report import Fault
from app.imports.rows import Row
from app.imports.validating import validate
from app.models.prisoner import Prisoner, PrisonerCreate
from app.rows.asking import mappings, table_of
from app.services.lives import prisoners
from app.sheets.flat import merged

NO_KEY = "Give each row a slug, or an external id of your own, by which the next import finds the same person again."
TAKEN = "There is a prisoner with this slug already: choose another."
SLUG_STAYS = "This person has another slug already. It stays, since links hold it: leave the cell empty."

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prisoners:
    """The prisoners of whom some rows speak; slugs are unique among all organisations."""

    by_slug: Mapping[str, Values]
    by_external_id: Mapping[str, Values]

    def find(self, row: Row) -> Values | None:
        return self.by_external_id.get(row.values.get("external_id", "")) or self.by_slug.get(
            row.values.get("slug", "")
        )


async def load(session: AsyncSession, batch: Batch) -> Prisoners:
    """Read the prisoners whom the rows name."""
    table = table_of(Prisoner)
    own = table.c.organisation_id == batch.organisation_id
    named = sa.or_(
        table.c.slug.in_(batch.texts("slug")), sa.and_(own, table.c.external_id.in_(batch.texts("external_id")))
    )
    which = sa.select(table).where(named).order_by(table.c.id)
    found = await mappings(session, which.with_for_update(key_share=True) if batch.lock else which)
    mine = [each for each in found if each["organisation_id"] == batch.organisation_id]
    return Prisoners({each["slug"]: each for each in found}, {each["external_id"]: each for each in mine})


def keys(row: Row, there: Prisoners) -> list[str] | Fault:
    """Return by what the row is found again."""
    told = [row.values[name] for name in ("external_id", "slug") if row.values.get(name)]
    found = there.find(row)
    return [*told, str(found["id"])] if found else told or Fault("slug", NO_KEY)


def decide(row: Row, there: Prisoners, batch: Batch) -> Decision:
    """Return what a row adds or changes. Pure."""
    old = there.find(row)
    if old and (fault := _against(old, row, batch)):
        return Decision.refuse(fault)
    before = {name: old[name] for name in PrisonerCreate.model_fields} if old else batch.given
    body = validate(PrisonerCreate, merged(before, row.values))
    if isinstance(body, list):
        return Decision.refuse(*body)
    columns = prisoners.columns(body)
    if old is None:
        return Decision.create(Prisoner, {**columns, "organisation_id": batch.organisation_id})
    if columns["status"] is old["status"]:
        columns.pop("status_given")  # nothing new was said of it, and events may have set it
    return Decision.change(Prisoner, old, columns)


def _against(old: Values, row: Row, batch: Batch) -> Fault | None:
    """Return why the row cannot be about the prisoner who was found."""
    if old["organisation_id"] != batch.organisation_id:
        return Fault("slug", TAKEN)
    if row.values.get("slug", old["slug"]) != old["slug"]:
        return Fault("slug", SLUG_STAYS)
    if old["external_id"] and row.values.get("external_id", old["external_id"]) != old["external_id"]:
        return Fault("slug", TAKEN)
    return None
