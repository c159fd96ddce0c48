"""What all commands share: where they write, and their database."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import typer
from pydantic_core import to_jsonable_python
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


def with_database(
    do: Callable[[Database], Awaitable[Result]], *, migrated: bool = True, doing: str | None = None
) -> Result:
    """Run something with the database of the settings, which must be of this edition unless `migrated` is false.

    `doing`: shown on a terminal for as long as it takes.
    """

    async def run() -> Result:
        async with open_database(Settings()) as database:
            if migrated:
                await schema.require_current(database)
            return await do(database)

    if doing is None:
        return asyncio.run(run())
    with errors.status(f"{doing} …"):
        return asyncio.run(run())


def print_json(found: object) -> None:
    """Print what scripts read: JSON, alone on standard output."""
    print(json.dumps(to_jsonable_python(found), ensure_ascii=False, indent=2))  # noqa: T201


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]
OfOrganisation = Annotated[
    str | None, typer.Option(help="The organisation's slug; may be left out where there is only one.")
]


def in_rows(number: int) -> str:
    """Return how many rows that are, in words."""
    return "1 row" if number == 1 else f"{number:,} rows"
