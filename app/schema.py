"""The schema's edition: migrated by Alembic, and required to be current before anything is served."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.config import PROJECT
from app.database import Database
from app.errors import StaleSchema


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration: it needs no file."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


async def migrate(database: Database) -> None:
    """Bring the database to the newest schema."""
    async with database.engine.connect() as connection:
        await connection.run_sync(_upgrade, str(database.url))


def _upgrade(connection: Connection, url: str) -> None:
    config = alembic_config(url)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def require_current(database: Database) -> None:
    """Refuse to work on another edition's schema."""
    async with database.engine.connect() as connection:
        found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_heads())
    expected = ScriptDirectory.from_config(alembic_config("")).get_heads()
    if set(found) != set(expected):
        raise StaleSchema("The database has another schema than this edition needs. Please run `unsilenced migrate`.")
