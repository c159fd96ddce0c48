"""In which encoding a file is written: by its mark, by its bytes, by how the letters of its words stand together."""

import codecs
import re
from typing import BinaryIO

from app.errors import invalid

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SAMPLE = 64 * 1024  # bytes
LETTERS = re.compile(rb"[\xa8\xb8\xc0-\xff]+")  # where Windows-1251 has its Cyrillic, and Windows-1252 its accents


def detect(file: BinaryIO) -> str:
    """Return the name of the encoding; the file is read to its end, and stands at its beginning again."""
    start = file.read(SAMPLE)
    certain = _marked(start) or _unmarked_utf16(start)
    for encoding in [certain] if certain else ["utf-8", _windows(start)]:
        if _readable(file, encoding):
            file.seek(0)
            return encoding
    raise invalid("", "The letters of this file cannot be read. Save it as `CSV UTF-8`, and try again.")


def _marked(start: bytes) -> str | None:
    return next((encoding for mark, encoding in MARKS if start.startswith(mark)), None)


def _unmarked_utf16(start: bytes) -> str | None:
    """Every second byte of ASCII in UTF-16 is nil."""
    even, odd = start[0:200:2].count(0), start[1:200:2].count(0)
    if max(even, odd) * 8 < len(start[:200]) or min(even, odd):
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _windows(start: bytes) -> str:
    """Cyrillic words are made of such letters; in Western ones they stand alone among ASCII."""
    runs = [len(found) for found in LETTERS.findall(start)]
    together = sum(length for length in runs if length > 1)
    return "cp1251" if together * 2 > sum(runs) else "cp1252"


def _readable(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(SAMPLE):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
