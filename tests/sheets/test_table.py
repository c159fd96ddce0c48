"""Files as people have them: any common encoding and separator, workbooks, and broken files of every sort."""

import io
import zipfile
from datetime import date
from tempfile import TemporaryFile
from typing import BinaryIO

import pytest

from app.errors import UnsilencedError
from app.sheets import table
from app.sheets.guard import guarded, unguarded
from tests.imports.steps import workbook

WESTERN = "name;town\nJosé Müller;Besançon\n"
EASTERN = "имя;город\nПавел Прокурор;Минск\n"


def file_of(content: bytes) -> BinaryIO:
    file = TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(content)
    file.seek(0)
    return file


def read(content: bytes) -> tuple[list[list[str]], str | None, str | None]:
    with file_of(content) as file:
        found = table.read(file)
        return [found.header, *(cells for _, cells in found.rows)], found.encoding, found.separator


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (WESTERN, "utf-8", "utf-8"),
        (EASTERN, "utf-8", "utf-8"),
        (EASTERN, "utf-8-sig", "utf-8-sig"),
        (EASTERN, "utf-16", "utf-16"),
        (WESTERN, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-16-be", "utf-16-be"),
        (WESTERN, "cp1252", "cp1252"),
        (EASTERN, "cp1251", "cp1251"),
    ],
)
def test_every_common_encoding_is_recognised(text: str, encoding: str, found: str) -> None:
    rows, told, separator = read(text.encode(encoding))
    assert rows == [line.split(";") for line in text.splitlines()]
    assert (told, separator) == (found, ";")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_recognised_beside_others_in_quotes(separator: str) -> None:
    content = f'"a,b;;;c"{separator}d{separator}e\n1{separator}2\n'.encode()
    assert read(content)[0] == [["a,b;;;c", "d", "e"], ["1", "2"]]
    assert read(b"sep=" + separator.encode() + b"\na" + separator.encode() + b"b\n")[0] == [["a", "b"]]


def test_quotes_hold_separators_and_line_ends_and_rows_are_numbered_as_a_spreadsheet_does() -> None:
    with io.BytesIO(b'a,b\r\n"1\n2","say ""x"""\r\n,\r\n3,4') as file:
        assert list(table.read(file).rows) == [(2, ["1\n2", 'say "x"']), (4, ["3", "4"])]


def test_a_workbook_tells_whole_numbers_days_and_truth_as_people_write_them() -> None:
    rows, encoding, _ = read(workbook(["a", "b", "c", "d"], [12, date(2024, 5, 1), True, "  ä "]))
    assert rows == [["a", "b", "c", "d"], ["12", "2024-05-01", "yes", "ä"]]
    assert encoding is None


def test_a_table_may_stand_anywhere_on_the_sheet_and_keeps_its_row_numbers() -> None:
    with file_of(workbook([], [], ["", "a", "b"], [], ["", "1", "2"])) as file:
        found = table.read(file)
        assert (found.header, list(found.rows)) == (["a", "b"], [(5, ["1", "2"])])


def bomb() -> bytes:
    """A workbook of a few hundred kilobytes, which unfolds to more than a memory holds."""
    file = io.BytesIO(workbook(["a"], ["b"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", bytes(301 * 1024 * 1024))
    return file.getvalue()


def sparse() -> bytes:
    """A workbook with one cell in the far corner: as a rectangle it has seventeen thousand million cells."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook(["a"], ["b"]))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'r="A2"', b'r="XFD1048576"').replace(b'<row r="2"', b'<row r="1048576"')
            archive.writestr(name, content)
    return target.getvalue()


def climbing() -> bytes:
    """An archive whose parts would lie elsewhere."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
        archive.writestr("/xl/workbook.xml", "<x/>")
    return file.getvalue()


BROKEN = {
    "nothing": b"",
    "blank": b"\n\n,,\n",
    "an open quotation mark": b'a,b\n"1,2\n3,4\n',
    "a quotation mark within": b'a,b\n"x"y,2\n',
    "a last line that breaks off": b"a,b,c\n1,2,3\n4,5",
    "a cell without end": b'a,b\n"' + b"x" * 200_000 + b'",2\n',
    "an old workbook": b"\xd0\xcf\x11\xe0" + bytes(600),
    "a cut workbook": workbook(["a"], ["b"])[:900],
    "an archive that is none": b"PK\x03\x04" + b"x" * 300,
    "an archive that climbs": climbing(),
    "half of UTF-16": "a,b\n".encode("utf-16")[:-1],
    "too many columns": b",".join([b"a"] * 301) + b"\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(UnsilencedError) as refusal:
        read(content)
    assert refusal.value.status == 422
    assert len(refusal.value.detail) > 20


@pytest.mark.parametrize("make", [bomb, sparse])
def test_a_workbook_that_unfolds_without_end_is_refused(make: object) -> None:
    with pytest.raises(UnsilencedError) as refusal:
        read(make())  # type: ignore[operator] # a function of ours
    assert "divide" in refusal.value.errors[0].detail


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    with pytest.raises(UnsilencedError, match="divide"):
        read(b"a\n1\n2\n3\n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''@x", "plain", "'quoted'", ""])
def test_no_cell_is_a_formula_and_what_was_meant_comes_back(text: str) -> None:
    assert guarded(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert unguarded(guarded(text)) == text
