"""The rows of a file as nested values, as a body of the API would hold them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pydantic import BaseModel

from app.errors import FieldError, Invalid
from app.imports.report import Fault
from app.sheets import columns, table
from app.sheets.columns import Column, Names
from app.sheets.flat import set_at


@dataclass(slots=True)
class Row:
    """One row: what it says, what could not be read in it, and what was mended on the way."""

    number: int
    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened: what its columns mean, and its rows."""

    rows: Iterator[Row]
    columns: dict[str, str | None]
    encoding: str | None = None
    separator: str | None = None


def from_table(file: BinaryIO, model: type[BaseModel], synonyms: Names, _given: Mapping[str, str]) -> Source:
    """Open a table."""
    found = table.read(file)
    meant = columns.understand(model, found.header, synonyms)
    rows = (_row(number, cells, meant) for number, cells in found.rows)
    names = {header: column.name if column else None for header, column in zip(found.header, meant, strict=True)}
    return Source(rows, names, found.encoding, found.separator)


def understand_given(model: type[BaseModel], synonyms: Names, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what was given for all rows, as a row of its own: it counts where something new says nothing itself."""
    row = Row(0, {})
    for name, text in given.items():
        column = columns.find(model, name, synonyms)
        if isinstance(column, Column):
            _take(row, column, text)
        else:
            row.faults.append(Fault(name, column))
    if row.faults:
        raise Invalid(
            "What is set for all rows must fit.", errors=[FieldError("?set", each.detail) for each in row.faults]
        )
    return row.values


def _row(number: int, cells: Sequence[str], meant: Sequence[Column | None]) -> Row:
    row = Row(number, {})
    for column, text in zip(meant, cells, strict=False):  # empty cells at the end may be missing
        if column and text:
            _take(row, column, text)
    if any(cells[len(meant) :]):
        row.faults.append(
            Fault("", "The row has more cells than the header. Is a text with a separator not in quotes?")
        )
    return row


def _take(row: Row, column: Column, text: str) -> None:
    try:
        set_at(row.values, column.path, column.read(text))
    except ValueError as error:
        row.faults.append(Fault(column.name, str(error)))
