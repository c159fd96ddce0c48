"""Ready-made statements do what SQLAlchemy would: on both databases, for any number of values, in one transaction."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.models.delivery import NoticeCount
from app.models.throttle import Throttle
from app.rows.asking import among, matching, table_of
from app.rows.prepared import Prepared
from app.rows.writing import Rows, insert_rows, upsert_adding, write_together

DAY = date(2026, 11, 21)


class _Count(NamedTuple):
    digest: bytes
    day: date
    notices: int


@Prepared
def _counted(session: AsyncSession, digests: list[bytes], day: date) -> sa.Select[Any]:
    counts = table_of(NoticeCount).c
    found = sa.select(counts.digest, counts.day, counts.notices).where(among(session, counts.digest, digests))
    return found.where(counts.day == day).order_by(counts.digest)


@Prepared
def _exactly(session: AsyncSession, wanted: list[tuple[bytes, date]]) -> sa.Select[Any]:
    counts = table_of(NoticeCount).c
    return sa.select(counts.notices).where(matching(session, [counts.digest, counts.day], wanted))


@Prepared
def _set(session: AsyncSession, digests: list[bytes], notices: int) -> sa.Update:
    counts = table_of(NoticeCount)
    return sa.update(counts).where(among(session, counts.c.digest, digests)).values(notices=notices)


class _Try(NamedTuple):
    key: bytes
    tries: int
    ends_at: datetime


def _rows(n: int) -> list[_Count]:
    return [_Count(bytes([number]), DAY, number) for number in range(n)]


async def _kept(database: Database) -> list[_Count]:
    async with database.reading() as session:
        return [_Count(*row) for row in await _counted.rows(session, digests=[bytes([n]) for n in range(9)], day=DAY)]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7])
async def test_a_list_may_have_any_length(database: Database, n: int) -> None:
    async with database.transaction() as session:
        await insert_rows(session, NoticeCount, _rows(9))
        digests = [row.digest for row in _rows(n)]
        assert [_Count(*row) for row in await _counted.rows(session, digests=digests, day=DAY)] == _rows(n)
        if n:
            wanted = [(digest, DAY) for digest in digests]
            assert sorted(await _exactly.rows(session, wanted=wanted)) == [(number,) for number in range(n)]
        await _set.rows(session, digests=digests, notices=100)
    assert [row.notices for row in await _kept(database)] == [100] * n + list(range(n, 9))


async def test_what_is_there_is_added_to(database: Database) -> None:
    for _ in range(2):
        async with database.transaction() as session:
            await upsert_adding(session, NoticeCount, _rows(3), add="notices")
    assert [row.notices for row in await _kept(database)] == [0, 2, 4]


async def test_several_kinds_are_written_together_or_not_at_all(database: Database) -> None:
    async def write() -> None:
        tried = [_Try(b"somebody", 1, datetime(2026, 11, 21, tzinfo=UTC))]
        async with database.transaction() as session:
            await write_together(session, Rows(NoticeCount, _rows(3), "notices"), Rows(Throttle, tried))

    await write()
    with pytest.raises(IntegrityError):
        await write()
    assert await _kept(database) == _rows(3)


async def test_a_transaction_of_ready_made_statements_only_is_all_or_nothing(database: Database) -> None:
    async def refused() -> None:
        async with database.transaction() as session:
            await insert_rows(session, NoticeCount, _rows(2))
            await insert_rows(session, NoticeCount, _rows(1))

    with pytest.raises(IntegrityError) as error:
        await refused()
    assert "parameters" not in str(error.value) or "hidden" in str(error.value)
    assert await _kept(database) == []
    async with database.transaction() as session:
        await insert_rows(session, NoticeCount, _rows(2))
    assert await _kept(database) == _rows(2)
