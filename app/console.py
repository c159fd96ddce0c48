"""What all commands share: where they write, and their database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from rich.console import Console

from app import schema
from app.config import Settings
from app.database import Database

Result = TypeVar("Result")

out = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        await database.close()


def with_database(do: Callable[[Database], Awaitable[Result]], *, migrated: bool = True) -> Result:
    """Run something with the database of the settings, which must be of this edition unless `migrated` is false."""

    async def run() -> Result:
        async with open_database(Settings()) as database:
            if migrated:
                await schema.require_current(database)
            return await do(database)

    return asyncio.run(run())
