"""The schema's edition: migrated by Alembic, and required to be current before anything is served."""

import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from app.config import PROJECT
from app.database import Database
from app.errors import StaleSchema

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = PROJECT / "migrations"


def alembic_config() -> "Config":
    """Return Alembic's configuration, which needs no file. Alembic is loaded only here: it is slow to load."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config(stdout=sys.stdout)
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(database: Database) -> None:
    """Bring the database to the newest schema."""
    async with database.engine.connect() as connection:
        if await connection.run_sync(_found) != newest():
            await connection.run_sync(_upgrade)


async def require_current(database: Database) -> None:
    """Refuse to work on another edition's schema."""
    async with database.engine.connect() as connection:
        found = await connection.run_sync(_found)
    if found != newest():
        raise StaleSchema("The database has another schema than this edition needs. Please run `unsilenced migrate`.")


def newest() -> str:
    """The newest revision: migrations are one dated history, so their files sort by it."""
    return max(path.name[: len("20260101_0000")] for path in (MIGRATIONS / "versions").glob("2*.py"))


def _found(connection: sa.Connection) -> str | None:
    try:
        found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except DatabaseError:  # a database without our tables
        found = None
    connection.rollback()
    return found


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
