"""What an import leaves in the audit: one entry for the file, and one for each thing that it added or changed."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports.changes import Decision, Values
from app.imports.report import Report, Result
from app.models.audit import Deed
from app.models.official import Official
from app.rows.asking import table_of
from app.services.team import audit
from app.services.team.audit import Changes, Thing

NOTHING_NEW = (Result.REFUSED, Result.UNCHANGED)

Entry = tuple[str, Deed, Changes]


def digest(file: BinaryIO) -> str:
    """Return the SHA-256 of a file, by which somebody who has it can prove that it was this one."""
    found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # files of ours have readinto
    file.seek(0)
    return found


def of_file(session: AsyncSession, thing: Thing, report: Report, *, sha256: str) -> None:
    """Write down the import as a whole: how many rows of each result, and of which file."""
    counts = {result.value: (None, report.counts[result]) for result in Result}
    audit.record(session, thing, Deed.IMPORTED, {"sha256": (None, sha256), **counts})


def of_rows(session: AsyncSession, decisions: Iterable[Decision], *, by: Thing) -> None:
    """Write down what changed in each thing, and by which import."""
    for decision in decisions:
        if decision.about is None or decision.result in NOTHING_NEW:
            continue
        model, values = decision.about
        thing = Thing(table_of(model).name, values["id"], by.organisation_id, audit.name_of(values))
        for kind, deed, changes in _entries(decision, model, values):
            audit.record(session, thing, deed, {"import": (None, by.id), **changes}, kind=kind)


def _entries(decision: Decision, model: type[SQLModel], values: Values) -> Iterator[Entry]:
    """Yield what is told of one row. What was added is told by the thing itself: its first state is not repeated."""
    name = table_of(model).name
    if decision.about in decision.inserts:
        yield name, Deed.CREATED, {}
        return
    changed = _of_thing(decision, values["id"])
    if changed:
        yield name, Deed.CHANGED, changed
    for part, old, new in decision.updates:
        if part is Official:
            yield "official", Deed.CHANGED, _different(old, new)
    for part, row in decision.inserts:
        if part is Official:
            yield "official", Deed.CREATED, {"name": (None, row["name"]), "since": (None, row["since"])}


def _of_thing(decision: Decision, thing_id: uuid.UUID) -> Changes:
    changed = {name: (before, after) for name, (before, after) in decision.told.items() if before != after}
    for _, old, new in decision.updates:
        if old["id"] == thing_id:
            changed |= _different(old, new)
    return changed


def _different(old: Values, new: Values) -> dict[str, tuple[object, object]]:
    return {name: (old[name], value) for name, value in new.items() if old[name] != value}
