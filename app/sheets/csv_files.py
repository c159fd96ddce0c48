"""CSV as programs of the world write it: any common encoding, comma, semicolon or tab."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from app.errors import Invalid
from app.sheets.encodings import detect

SEPARATORS = ",;\t"
FIRST_LINE = 64 * 1024  # characters
SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?\r?\n')  # Excel's own way of saying it


def rows(file: BinaryIO) -> tuple[str, str, Iterator[list[str]]]:
    """Return the encoding, the separator, and the rows as they are read."""
    encoding = detect(file)
    complete = _ends_its_last_line(file, encoding)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    first = text.readline(FIRST_LINE)
    if said := SEPARATOR_LINE.fullmatch(first):
        separator = said[1]
    else:
        separator = max(SEPARATORS, key=lambda mark: _outside_quotes(first).count(mark))
        text.seek(0)
    return encoding, separator, _parsed(text, separator, complete=complete)


def _parsed(text: io.TextIOWrapper, separator: str, *, complete: bool) -> Iterator[list[str]]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    width = 0
    last: list[str] | None = None
    try:
        for cells in reader:
            if last is not None:
                yield last
            last = [cell.strip(" ") for cell in cells]
            width = width or len(last)
        if last is not None and not complete and len(last) < width:
            raise Invalid(f"The file breaks off in its last line ({reader.line_num}). Please save or copy it again.")
        if last is not None:
            yield last
    except csv.Error as error:
        raise _broken(reader.line_num, error) from None
    finally:
        if not text.closed:
            text.detach()  # the file stays open: it is the caller's


def _broken(line: int, error: csv.Error) -> Invalid:
    if "unexpected end" in str(error):
        return Invalid(
            "A quotation mark is opened and never closed. Please save the file again, or add what is missing."
        )
    if "field larger" in str(error):
        return Invalid(f"A cell near line {line} is very long: is a quotation mark missing before it?")
    return Invalid(f"Line {line} cannot be read: a quotation mark within a text must be doubled.")


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _ends_its_last_line(file: BinaryIO, encoding: str) -> bool:
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - len("\n".encode(encoding)[-2:])))
    complete = b"\n" in file.read() or not end
    file.seek(0)
    return complete
