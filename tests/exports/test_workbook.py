"""Workbooks as a spreadsheet reads them, whatever stands in a cell and however many rows there are."""

import io

import pytest
from python_calamine import CalamineWorkbook

from app.exports import workbook
from app.exports.workbook import Workbook

HEADER = ["first", "second"]


def written(*rows: list[str]) -> list[list[list[str]]]:
    """Return the sheets of a workbook as they are read."""
    file = io.BytesIO()
    book = Workbook(file, HEADER)
    for row in rows:
        book.row(row)
    book.end()
    file.seek(0)
    read = CalamineWorkbook.from_filelike(file)
    sheets = [read.get_sheet_by_name(name).to_python() for name in read.sheet_names]
    return [[[str(cell) for cell in row] for row in sheet] for sheet in sheets]


def test_texts_come_back_as_they_were() -> None:
    rows = [["a & b < c > d", " spaced "], ["two\nlines", "Пражская «улица»"], ["", "007"], ["_x0041_", "x"]]
    assert written(*rows) == [[HEADER, *rows]]


def test_what_xml_cannot_hold_breaks_nothing() -> None:
    ((_, (first, second)),) = written(["before\x00\x0b\uffffafter", "\x1f"])
    assert first.startswith("before")
    assert first.endswith("after")
    assert second


def test_a_text_too_long_for_a_cell_is_told_of() -> None:
    ((_, (long, short)),) = written(["x" * (workbook.LONGEST_CELL + 1), "y"])
    assert (long, short) == (workbook.TOO_LONG, "y")


def test_a_full_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LAST_ROW", 3)
    rows = [[str(n), "x"] for n in range(5)]
    assert written(*rows) == [[HEADER, *rows[:2]], [HEADER, *rows[2:4]], [HEADER, *rows[4:]]]
