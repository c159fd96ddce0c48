"""A table that takes long to write."""

import asyncio

import pytest
from httpx import AsyncClient

from app.database import Database
from tests.factories import API, published

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'letter'::regclass"
IDLE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_nothing_is_idle_that_the_database_would_end(organiser: AsyncClient, database: Database) -> None:
    await published(organiser)
    async with database.transaction() as session:
        slow = await session.connection()
        await slow.exec_driver_sql("LOCK TABLE letter")
        asked = asyncio.create_task(organiser.get(f"{API}/exports/letters.csv"))
        while not (await slow.exec_driver_sql(WAITING)).scalar():
            await asyncio.wait([asked], timeout=0.01)
            assert not asked.done()
        assert (await slow.exec_driver_sql(IDLE)).scalar() == 0
    assert (await asked).status_code == 200
