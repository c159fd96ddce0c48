"""Workbooks (xlsx). They are unpacked in a process apart, with limits, since a small one can unfold without end."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from app.errors import invalid

LARGEST_UNPACKED = 300 * 1024 * 1024  # bytes, by the archive's own word; the process has a limit of its own
MOST_PARTS = 1_000
BROKEN = "This workbook cannot be opened. Save it again as xlsx without a password, or as CSV."
COMPLETE = b"null\n"  # the last line of the other process: all has been told
TOO_LARGE = "This workbook unfolds to more than can be read. Please divide it, or save it as CSV."


def rows(file: BinaryIO) -> Iterator[list[str]]:
    """Yield the rows of the first sheet, as texts."""
    _require_modest(file)
    file.seek(0)
    command = [sys.executable, "-m", "app.sheets.unpacking"]
    with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own words
        try:
            for line in process.stdout or ():
                if line == COMPLETE:
                    return
                yield json.loads(line)
        finally:
            process.kill()
    raise invalid("", BROKEN if process.returncode == 1 else TOO_LARGE)


def _require_modest(file: BinaryIO) -> None:
    try:
        parts = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise invalid("", BROKEN) from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise invalid("", TOO_LARGE)
