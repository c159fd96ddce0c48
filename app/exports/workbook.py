"""A workbook written straight into its file, row by row: nothing grows but the file, and closing it takes no time.

xlsxwriter makes everything but the rows: a row costs it ten times as much.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

LAST_ROW = 1_048_576  # of one sheet
LONGEST_CELL = 32_767  # characters that a workbook's cell can hold
TOO_LONG = "(too long for a cell: see the CSV)"
AT_ONCE = 500  # rows that are compressed together
QUICKLY = 1  # of zlib's levels
NO_ROWS = b"<sheetData/>"
SHEETS = "xl/worksheets/sheet{}.xml"
# What XML cannot hold or means otherwise, and what a spreadsheet would take for such a character written as a number
SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Workbook:
    """Texts only: nothing is a formula, and no number is rounded. What one sheet cannot hold goes on in the next."""

    def __init__(self, file: BinaryIO, header: Sequence[str]) -> None:
        from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 - slow to load, and seldom wanted

        self._archive = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=QUICKLY)
        self._header = header
        self._columns = [xl_col_to_name(n) for n in range(len(header))]
        self._sheets = 0
        self._begin()

    def row(self, cells: Iterable[str]) -> None:
        if self._rows == LAST_ROW:
            self._end_sheet()
            self._begin()
        self._rows += 1
        self._waiting.append(f'<row r="{self._rows}">{"".join(self._cells(cells))}</row>')
        if len(self._waiting) == AT_ONCE:
            self._write()

    def end(self) -> None:
        self._end_sheet()
        for name, content in _frame(self._sheets).items():
            if name not in self._archive.NameToInfo:
                self._archive.writestr(name, content)
        self._archive.close()

    def _cells(self, cells: Iterable[str]) -> Iterator[str]:
        for column, text in zip(self._columns, cells, strict=True):
            if text:
                shown = SPECIAL.sub(_special, text if len(text) <= LONGEST_CELL else TOO_LONG)
                yield f'<c r="{column}{self._rows}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'

    def _begin(self) -> None:
        self._sheets += 1
        name = SHEETS.format(self._sheets)
        before, _, self._after = _frame(self._sheets)[name].partition(NO_ROWS)
        self._sheet = self._archive.open(name, "w", force_zip64=True)
        self._sheet.write(before + b"<sheetData>")
        self._rows, self._waiting = 0, list[str]()
        self.row(self._header)

    def _end_sheet(self) -> None:
        self._write()
        self._sheet.write(b"</sheetData>" + self._after)
        self._sheet.close()

    def _write(self) -> None:
        self._sheet.write("".join(self._waiting).encode())
        self._waiting.clear()


def _frame(sheets: int) -> dict[str, bytes]:
    """Return the parts of a workbook with so many sheets, which are empty, and whose first row stays in sight."""
    import xlsxwriter  # noqa: PLC0415 - as above

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for _ in range(sheets):
            book.add_worksheet().freeze_panes(1, 0)
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _special(found: re.Match[str]) -> str:
    return ENTITIES.get(found[0]) or f"_x{ord(found[0]):04X}_"
