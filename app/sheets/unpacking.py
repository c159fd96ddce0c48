"""The process that opens a workbook: `python -m app.sheets.unpacking < file`. A line of JSON for each row."""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook

MOST_MEMORY = 1024 * 1024 * 1024  # bytes of address space
MOST_SECONDS = 60  # of the processor
COMPLETE = "null"  # the last line: all has been told


def main() -> None:
    """Print the first sheet."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what stands in the workbook
    sheet = CalamineWorkbook.from_filelike(sys.stdin.buffer).get_sheet_by_index(0)
    for row in sheet.iter_rows():
        sys.stdout.write(json.dumps([_text(cell) for cell in row]) + "\n")
    sys.stdout.write(COMPLETE + "\n")


def _text(cell: str | float | bool | date | time | timedelta | datetime) -> str:  # noqa: FBT001 - a cell can be one
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell).strip(" ")


if __name__ == "__main__":
    main()
