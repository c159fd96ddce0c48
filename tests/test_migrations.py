"""One dated history for two databases."""

from alembic import command
from sqlalchemy import Connection, inspect

from app import schema
from app.database import Database


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
