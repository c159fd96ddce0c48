"""A table written into a file, row by row, so that its length does not matter."""

import csv
import io
import uuid
from collections.abc import AsyncIterator, Iterable
from enum import StrEnum
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol

from app.database import Database
from app.exports.kinds import EXPORTS, ExportKind
from app.sheets.guard import guarded

LAST_ROW = 1_048_576  # of one sheet
LONGEST_CELL = 32_767  # characters that a workbook's cell can hold
TOO_LONG = "(too long for a cell: see the CSV)"


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class _Sheet(Protocol):
    def row(self, cells: Iterable[str]) -> None: ...
    def end(self) -> None: ...


async def write(database: Database, organisation_id: uuid.UUID, kind: ExportKind, form: Format, file: BinaryIO) -> int:
    """Write everything of one kind that an organisation owns, as it stands at one instant; return how many rows."""
    async with database.snapshot() as session:
        export = EXPORTS[kind](session, organisation_id)
        header = await export.header()
        with TemporaryDirectory() as folder:  # where a workbook grows; it is gone at the end, whatever happens
            sheet: _Sheet = _Csv(file, header) if form is Format.CSV else _Workbook(file, header, folder)
            return await _fill(sheet, header, export.rows())


async def _fill(sheet: _Sheet, header: list[str], rows: AsyncIterator[dict[str, str]]) -> int:
    written = 0
    async for row in rows:
        sheet.row(guarded(row.get(name, "")) for name in header)
        written += 1
    sheet.end()
    return written


class _Csv:
    """UTF-8 with its mark, by which spreadsheets know it."""

    def __init__(self, file: BinaryIO, header: list[str]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self.row(header)

    def row(self, cells: Iterable[str]) -> None:
        self._writer.writerow(cells)

    def end(self) -> None:
        self._text.detach()


class _Workbook:
    """Texts only: nothing is a formula, and no number is rounded. What one sheet cannot hold goes on in the next."""

    def __init__(self, file: BinaryIO, header: list[str], folder: str) -> None:
        import xlsxwriter  # noqa: PLC0415 - slow to load, and seldom wanted

        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder})
        self._header = header
        self._begin()

    def row(self, cells: Iterable[str]) -> None:
        if self._next == LAST_ROW:
            self._begin()
        for column, text in enumerate(cells):
            self._page.write_string(self._next, column, text if len(text) <= LONGEST_CELL else TOO_LONG)
        self._next += 1

    def end(self) -> None:
        self._book.close()

    def _begin(self) -> None:
        self._page, self._next = self._book.add_worksheet(), 0
        self._page.freeze_panes(1, 0)
        self.row(self._header)
