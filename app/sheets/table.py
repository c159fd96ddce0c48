"""A table as it stands in a file: its header, and its rows as texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from app.errors import Invalid, invalid
from app.sheets import csv_files, workbooks

MOST_ROWS = 250_000
MOST_COLUMNS = 300
ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
EMPTY = "There is no table in this file: its first row must name the columns."

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    header: Cells
    rows: Iterator[tuple[int, Cells]]  # numbered as a spreadsheet does: the header is row 1; empty rows are left out
    encoding: str | None
    separator: str | None


def read(file: BinaryIO) -> Table:
    """Open a CSV file or the first sheet of a workbook (xlsx). Invalid, now or on the way, if it cannot be read."""
    start = file.read(len(ZIP))
    file.seek(0)
    if start == OLD_WORKBOOK:
        raise invalid("", "This is a workbook of the old kind, or one with a password. Save it as xlsx or as CSV.")
    encoding: str | None = None
    separator: str | None = None
    if start == ZIP:
        found = workbooks.rows(file)
    else:
        encoding, separator, found = csv_files.rows(file)
    numbered = ((number, cells) for number, cells in enumerate(found, 1) if any(cells))
    _, header = next(numbered, (0, []))
    if not header:
        raise invalid("", EMPTY)
    if len(header) > MOST_COLUMNS:
        raise invalid("", f"These are more than {MOST_COLUMNS} columns.")
    while header and not header[-1]:
        header.pop()
    return Table(header, _bounded(numbered), encoding, separator)


def _bounded(rows: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    yield from islice(rows, MOST_ROWS)
    if next(rows, None):
        raise Invalid(f"These are more than {MOST_ROWS:,} rows. Please divide the file.")
