"""Reading what was written down, as pages and as CSV."""

import csv
import io
import json
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime, time
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.models.audit import AuditEntry, AuditPublic, AuditQuery
from app.models.organisation import Organiser
from app.pagination import MAXIMUM_LIMIT, Page

COLUMNS = ("id", "at", "organiser_id", "organiser", "api_key_id", "deed", "kind", "thing_id", "thing", "changes")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would execute


async def listed(session: AsyncSession, organisation_id: uuid.UUID, query: AuditQuery) -> Page[AuditPublic]:
    """Return what was done in an organisation, newest first."""
    which = select(AuditEntry, Organiser.name).join(
        Organiser, col(Organiser.id) == col(AuditEntry.organiser_id), isouter=True
    )
    which = which.where(AuditEntry.organisation_id == organisation_id, *_asked(query))
    found = (await session.exec(which.order_by(col(AuditEntry.id).desc()).limit(query.limit + 1))).all()
    items = [AuditPublic.model_validate({**entry.model_dump(), "organiser": name}) for entry, name in found]
    shown, next_cursor = query.cut(items)
    return Page(items=list(shown), next_cursor=next_cursor)


def as_csv(database: Database, organisation_id: uuid.UUID, query: AuditQuery) -> AsyncIterator[str]:
    """Return all that was asked for, page by page. Invalid, before anything is told, if the cursor is not ours."""
    return _pages(database, organisation_id, query, cursor=query.cursor if query.after else None)


async def _pages(
    database: Database, organisation_id: uuid.UUID, query: AuditQuery, *, cursor: str | None
) -> AsyncIterator[str]:
    yield _lines([COLUMNS])
    while True:
        async with database.reading() as session:
            asked = query.model_copy(update={"cursor": cursor, "limit": MAXIMUM_LIMIT})
            page = await listed(session, organisation_id, asked)
        yield _lines(map(_cells, page.items))
        cursor = page.next_cursor
        if cursor is None:
            return


def _asked(query: AuditQuery) -> Iterator[Any]:
    if query.after:
        yield col(AuditEntry.id) < query.after
    if query.organiser:
        yield col(AuditEntry.organiser_id) == query.organiser
    if query.kind:
        yield col(AuditEntry.kind) == query.kind
    if query.thing:
        yield col(AuditEntry.thing_id) == query.thing
    if query.since:
        yield col(AuditEntry.at) >= datetime.combine(query.since, time(), UTC)
    if query.until:
        yield col(AuditEntry.at) <= datetime.combine(query.until, time.max, UTC)


def _cells(entry: AuditPublic) -> Iterator[str]:
    for value in entry.model_dump(mode="json", include=set(COLUMNS)).values():
        text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"'{text}" if text.startswith(FORMULA) else text


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
