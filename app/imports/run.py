"""An import from its file to its report: batch by batch, in one transaction, so that all of it is kept or nothing."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.errors import Conflict, FieldError, Invalid, invalid
from app.imports import changes, rows, trail
from app.imports.changes import Decision
from app.imports.kind import Batch, Decisions, Kind
from app.imports.kinds import KINDS, ImportKind
from app.imports.report import Fault, Report, Result, Told, Touched
from app.imports.rows import Row, Source
from app.models.columns import uuid7
from app.services.sealing import Keys
from app.services.team import audit
from app.services.team.audit import Thing, Who

AT_ONCE = 500  # rows of one batch
TOLD_AT_ONCE = 20  # faults of a refusal; a dry run tells all
CHANGED_MEANWHILE = "Somebody added the same at this moment. Nothing was imported: please try again."


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported, and how."""

    kind: ImportKind
    dry_run: bool = False
    keep_going: bool = False  # take the good rows where others are refused
    given: Mapping[str, str] = field(default_factory=dict)  # columns that are set for all rows


def setting(text: str) -> tuple[str, str]:
    """Read `column=value`."""
    name, equals, value = text.partition("=")
    if not equals:
        raise invalid("?set", "Write what is set for all rows as column=value, such as country=BY.")
    return name.strip(), value.strip()


class NotImported(Invalid):
    """Some rows were refused, so nothing was kept. The report tells all of it."""

    kind = "not-imported"
    title = "Nothing was imported"

    def __init__(self, report: Report) -> None:
        refused = report.refused
        faults = [(told, fault) for told in refused for fault in told.faults][:TOLD_AT_ONCE]
        super().__init__(
            f"{len(refused)} of {len(report.rows)} rows were refused, so that none was taken. "
            "A dry run lists every row; to take the good ones alone, keep going.",
            errors=[FieldError(f"/rows/{told.row}/{fault.column}", fault.detail) for told, fault in faults],
        )
        self.report = report


async def run(
    database: Database,
    organisation_id: uuid.UUID,
    wish: Wish,
    file: BinaryIO,
    *,
    who: Who = lambda: None,
    keys: Keys | None = None,
    on_progress: Callable[[], None] = lambda: None,
) -> Report:
    """Import a file, and return what became of each row. NotImported if rows were refused and it may not keep going."""
    kind = KINDS[wish.kind]
    sha256 = await asyncio.to_thread(trail.digest, file)
    source = await asyncio.to_thread(kind.open, file, kind.model, kind.synonyms, wish.given)
    report = Report(wish.kind, wish.dry_run, source.columns, source.encoding, source.separator)
    importing = _Importing(kind, organisation_id, wish, report, keys, on_progress)
    if wish.dry_run:
        async with database.reading() as session:
            await importing.go(session, source)
        return report
    try:
        async with database.transaction() as session:
            audit.on_behalf(session, who)
            await importing.go(session, source)
            if importing.is_spoilt:
                raise NotImported(report)
            importing.write_down(session, sha256=sha256)
    except IntegrityError:
        raise Conflict(CHANGED_MEANWHILE) from None
    report.kept = True
    return report


@dataclass
class _Importing:
    kind: Kind[Any]
    organisation_id: uuid.UUID
    wish: Wish
    report: Report
    keys: Keys | None
    on_progress: Callable[[], None]
    seen: dict[str, int] = field(default_factory=dict)
    id: uuid.UUID = field(default_factory=uuid7)

    @property
    def is_spoilt(self) -> bool:
        return bool(self.report.counts[Result.REFUSED]) and not self.wish.keep_going

    async def go(self, session: AsyncSession, source: Source) -> None:
        """Take batch after batch. Reading and deciding happen beside the event loop: others are served meanwhile."""
        told = {**self.kind.given, **self.wish.given}
        columns = {name: text for name, text in told.items() if name not in self.kind.own_settings}
        given = rows.understand_given(self.kind.model, self.kind.synonyms, columns)
        while taken := await asyncio.to_thread(_next, source.rows):
            batch = Batch(self.organisation_id, taken, given, lock=not self.wish.dry_run, keys=self.keys)
            there = await self.kind.load(session, batch)
            decisions = await asyncio.to_thread(self._decide, batch, there)
            kept = {number: each for number, each in decisions.items() if each.result is not Result.REFUSED}
            touched = await self.kind.foretell(session, kept) if self.kind.foretell else {}
            self.report.touched.update(touched)
            if not self.wish.dry_run and not self.is_spoilt:
                await self._keep(session, kept, touched)
            self.on_progress()

    async def _keep(self, session: AsyncSession, kept: Decisions, touched: Touched) -> None:
        """Write a batch, and do to campaigns what follows from it."""
        await changes.write(session, kept.values())
        trail.of_rows(session, kept.values(), by=self._itself)
        await session.flush()
        if self.kind.draw:
            await self.kind.draw(session, kept, touched)

    def write_down(self, session: AsyncSession, *, sha256: str) -> None:
        """Leave the import in the audit, if it did anything."""
        if self.report.counts[Result.CREATED] or self.report.counts[Result.UPDATED]:
            trail.of_file(session, self._itself, self.report, sha256=sha256)

    @property
    def _itself(self) -> Thing:
        return Thing("import", self.id, self.organisation_id, self.wish.kind)

    def _decide(self, batch: Batch, there: Any) -> dict[int, Decision]:  # noqa: ANN401 - each kind has its own
        return {row.number: self._one(row, there, batch) for row in batch.rows}

    def _one(self, row: Row, there: Any, batch: Batch) -> Decision:  # noqa: ANN401
        keys = self.kind.keys(row, there)
        faults = row.faults + ([keys] if isinstance(keys, Fault) else self._twins(row, keys))
        decision = Decision.refuse(*faults) if faults else self.kind.decide(row, there, batch)
        label = "" if isinstance(keys, Fault) else keys[0]
        self.report.add(Told(row.number, label, decision.result, tuple(decision.faults), tuple(row.notes)))
        return decision

    def _twins(self, row: Row, keys: Sequence[str]) -> list[Fault]:
        twin = next((first for key in keys if (first := self.seen.setdefault(key, row.number)) != row.number), None)
        return [Fault("", f"Row {twin} is about the same one. Leave one of the two.")] if twin else []


def _next(found: Iterator[Row]) -> list[Row]:
    return list(islice(found, AT_ONCE))
