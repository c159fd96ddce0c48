"""A thing as one row of a table, under dotted names, and back."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from app.sheets import fields
from app.sheets.cells import shown


def flat(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells that are not empty, by the names of their columns. Columns stand in the model's order."""
    return dict(_cells(model, values, ()))


def set_at(values: dict[str, Any], path: fields.Path, value: object) -> None:
    """Put a value where its column says."""
    *steps, last = path
    for step in steps:
        values = values.setdefault(step, {})
    values[last] = value


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the old values with the new ones in their places; texts in other languages stay."""
    found = dict(old)
    for name, value in new.items():
        there = found.get(name)
        found[name] = merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return found


def _cells(annotation: Any, values: Mapping[str, Any], path: fields.Path) -> Iterator[tuple[str, str]]:
    names = fields.of(annotation) if fields.is_model(annotation) else sorted(values)
    for name in names:
        value = values.get(name)
        if isinstance(value, Mapping):
            yield from _cells(fields.at(annotation, [name]), value, (*path, name))
        elif cell := shown(value):
            yield ".".join((*path, name)), cell
