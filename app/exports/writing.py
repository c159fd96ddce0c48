"""A table written into a file, row by row, so that its length does not matter."""

import asyncio
import csv
import io
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from enum import StrEnum
from typing import BinaryIO, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.exports.kinds import EXPORTS, Export, ExportKind
from app.exports.letters import LettersWithWriters
from app.exports.workbook import Workbook
from app.models.audit import Deed
from app.models.columns import uuid7
from app.services.sealing import Keys
from app.services.team import audit
from app.services.team.audit import Thing, Who
from app.sheets.guard import guarded

AT_ONCE = 500  # rows


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class _Sheet(Protocol):
    def row(self, cells: Iterable[str]) -> None: ...
    def end(self) -> None: ...


async def write(database: Database, organisation_id: uuid.UUID, kind: ExportKind, form: Format, file: BinaryIO) -> int:
    """Write everything of one kind that an organisation owns, as it stands at one instant; return how many rows."""
    return await _write(database, lambda session: EXPORTS[kind](session, organisation_id), form, file)


async def write_with_writers(
    database: Database, keys: Keys, organisation_id: uuid.UUID, form: Format, file: BinaryIO, *, reason: str, who: Who
) -> int:
    """Write all letters with who wrote them, and into the audit who took them out, why, and how many rows."""
    written = await _write(
        database, lambda session: LettersWithWriters(session, organisation_id, keys=keys), form, file
    )
    thing = Thing("export", uuid7(), organisation_id, "letters with their writers")
    async with database.transaction() as session:
        audit.on_behalf(session, who)
        audit.record(session, thing, Deed.EXPORTED, {"reason": (None, reason), "rows": (None, written)})
    return written


async def _write(database: Database, make: Callable[[AsyncSession], Export], form: Format, file: BinaryIO) -> int:
    async with database.snapshot() as session:
        export = make(session)
        header = await export.header()
        sheet: _Sheet = _Csv(file, header) if form is Format.CSV else Workbook(file, header)
        return await _fill(sheet, header, export.rows())


async def _fill(sheet: _Sheet, header: list[str], rows: AsyncIterator[dict[str, str]]) -> int:
    """Write beside the event loop: others are served meanwhile."""
    written, part = 0, []
    async for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            await asyncio.to_thread(_write_part, sheet, header, part)
            written, part = written + len(part), []
    await asyncio.to_thread(_write_part, sheet, header, part)
    await asyncio.to_thread(sheet.end)
    return written + len(part)


def _write_part(sheet: _Sheet, header: list[str], part: list[dict[str, str]]) -> None:
    for row in part:
        sheet.row(guarded(row.get(name, "")) for name in header)


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
