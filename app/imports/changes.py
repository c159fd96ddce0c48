"""What a row will do to the tables: decided purely, written together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports.report import Fault, Result
from app.rows.asking import table_of
from app.rows.writing import execute_many

Values = Mapping[str, Any]


@dataclass(slots=True)
class Decision:
    """What becomes of a row, and the changes that make it so."""

    result: Result
    faults: list[Fault] = field(default_factory=list)
    inserts: list[tuple[type[SQLModel], Values]] = field(default_factory=list)
    updates: list[tuple[type[SQLModel], Values, Values]] = field(default_factory=list)  # a row, and what is new in it
    deletes: list[tuple[type[SQLModel], Values]] = field(default_factory=list)
    about: tuple[type[SQLModel], Values] | None = None  # the thing that the row tells of, for the audit
    told: dict[str, tuple[object, object]] = field(default_factory=dict)  # what changes in tables beside its own

    @classmethod
    def refuse(cls, *faults: Fault) -> "Decision":
        return cls(Result.REFUSED, faults=list(faults))

    @classmethod
    def create(cls, model: type[SQLModel], values: Values) -> "Decision":
        """Add one row."""
        row = new_row(model, values)
        return cls(Result.CREATED, inserts=[(model, row)], about=(model, row))

    @classmethod
    def change(cls, model: type[SQLModel], old: Values, values: Values) -> "Decision":
        """Change what is new in one row, if anything is."""
        changed = different(old, values)
        decision = cls(Result.UPDATED if changed else Result.UNCHANGED, about=(model, old))
        decision.update(model, old, changed)
        return decision

    def insert(self, model: type[SQLModel], **values: object) -> None:
        self.inserts.append((model, values))

    def update(self, model: type[SQLModel], old: Values, values: Values) -> None:
        if values:
            self.updates.append((model, old, values))


def new_row(model: type[SQLModel], values: Values) -> dict[str, Any]:
    """Return all columns of a new row: what is given, and the defaults of the rest."""
    return {name: values[name] if name in values else default() for name, default in _defaults(model).items()}


def different(old: Values, new: Values) -> dict[str, Any]:
    """Return what is new in the new values."""
    return {name: value for name, value in new.items() if old[name] != value}


async def write(session: AsyncSession, decisions: Iterable[Decision]) -> None:
    """Write what was decided, each table's changes together: what stands in no one's way is taken out first."""
    inserts, updates, deletes = defaultdict(list), defaultdict(list), defaultdict(list)
    for decision in decisions:
        for model, values in decision.deletes:
            deletes[model].append({f"_{name}": value for name, value in values.items()})
        for model, old, values in decision.updates:
            updates[model, tuple(sorted(values))].append({"_id": old["id"], **values})
        for model, values in decision.inserts:
            inserts[model].append(dict(values))
    for model, rows in deletes.items():
        await execute_many(session, _delete(model, rows[0]), rows)
    for (model, names), rows in updates.items():
        await execute_many(session, _update(model, names), rows)
    for model in sorted(inserts, key=_order):
        await execute_many(session, sa.insert(table_of(model)), inserts[model])


@cache
def _defaults(model: type[SQLModel]) -> dict[str, Callable[[], Any]]:
    """Return what makes the default of each column."""
    fields = {name: model.model_fields[name] for name in table_of(model).columns.keys()}  # noqa: SIM118 - or it iterates over columns
    return {name: each.default_factory or partial(_same, each.default) for name, each in fields.items()}  # type: ignore[misc] # factories of ours take nothing


def _same(value: object) -> object:
    return value


@cache
def _order(model: type[SQLModel]) -> int:
    return SQLModel.metadata.sorted_tables.index(table_of(model))


def _delete(model: type[SQLModel], values: Values) -> sa.Delete:
    columns = table_of(model).c
    return sa.delete(table_of(model)).where(*(columns[name[1:]] == sa.bindparam(name) for name in values))


def _update(model: type[SQLModel], names: Iterable[str]) -> sa.Update:
    table = table_of(model)
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    if "revision" in table.c:
        values["revision"] = table.c.revision + 1
    return sa.update(table).where(table.c.id == sa.bindparam("_id")).values(values)
