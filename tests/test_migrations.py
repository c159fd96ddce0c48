"""One dated history for two databases."""

import pytest
from alembic import command
from httpx import AsyncClient
from sqlalchemy import Connection, inspect

from app import schema
from app.database import Database
from tests.factories import published
from tests.steps import differences, somebody, stats, write


@pytest.fixture
def database_url(untouched_database_url: str) -> str:
    return untouched_database_url


async def _alembic(url: str, do: str, *arguments: str) -> None:
    def run(connection: Connection) -> None:
        config = schema.alembic_config()
        config.attributes["connection"] = connection
        getattr(command, do)(config, *arguments)

    database = Database(url)
    async with database.engine.connect() as connection:
        await connection.run_sync(run)
    await database.close()


async def test_the_models_and_the_migrations_agree(database_url: str) -> None:
    await _alembic(database_url, "check")


async def test_every_migration_can_be_undone(database_url: str, database: Database) -> None:
    await _alembic(database_url, "downgrade", "base")
    async with database.engine.connect() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert left == ["alembic_version"]
    await _alembic(database_url, "upgrade", "head")
    await schema.require_current(database)


async def test_who_confirmed_before_is_counted_by_day_on_the_way(
    database_url: str, database: Database, client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser, timezone="Pacific/Kiritimati")
    await write(client)
    await write(client, supporter=somebody("other"))
    before = await stats(client, "?by=day")
    await _alembic(database_url, "downgrade", "20261121_0016")
    await _alembic(database_url, "downgrade", "-1")
    await _alembic(database_url, "upgrade", "head")
    assert (await stats(client, "?by=day"))["supporters_by"] == before["supporters_by"]
    assert await differences(database) == []
