"""Rows are updated each with values of its own, and with what all share: on both databases, in one statement."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from app.database import Database
from app.models.delivery import NoticeCount
from app.rows.asking import rows, table_of
from app.rows.updating import UpdateEach
from app.rows.writing import insert_rows

DAY, NEXT_DAY = date(2026, 11, 21), date(2026, 11, 22)


class _Count(NamedTuple):
    digest: bytes
    day: date
    notices: int


class _More(NamedTuple):
    digest: bytes
    more: int | None


def _more(given: Mapping[str, Any]) -> sa.Update:
    table = table_of(NoticeCount)
    added = table.c.notices + sa.func.coalesce(given["more"], 100)
    return sa.update(table).where(table.c.digest == given["digest"]).values(notices=added, day=given["day"])


_adding = UpdateEach(NoticeCount, _more, more=sa.Integer())


@pytest.mark.parametrize("n", [0, 1, 2, 5])
async def test_each_row_gets_its_own_and_all_what_they_share(database: Database, n: int) -> None:
    async with database.transaction() as session:
        await insert_rows(session, NoticeCount, [_Count(bytes([each]), DAY, each) for each in range(5)])

        more = [_More(bytes([each]), 10 * each if each else None) for each in range(n)]
        await _adding.execute(session, more, day=NEXT_DAY)

        counts = table_of(NoticeCount).c
        kept = await rows(session, sa.select(counts.day, counts.notices).order_by(counts.digest))
    changed = [(NEXT_DAY, 11 * each or 100) for each in range(n)]
    assert list(kept) == changed + [(DAY, each) for each in range(n, 5)]
