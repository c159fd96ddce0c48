"""`unsilenced demo`: the demonstration, and the key of its organiser."""

import asyncio
import hmac

import typer

from app import schema
from app.config import Settings
from app.console import open_database, out
from app.services import demo as demonstration
from app.services.team import organisers

commands = typer.Typer()


@commands.command()
def demo() -> None:
    """Load the demonstration into an empty database. It can write to nobody.

    unsilenced demo
    """
    settings = Settings()
    if not asyncio.run(_load_demo(settings)):
        out.print("There is a campaign already: the demonstration goes into an empty database only.")
        return
    out.print("The demonstration is loaded.")
    if settings.is_local:
        out.print(f"The organiser's key: {demo_key(settings)}")


def demo_key(settings: Settings) -> str:
    """Return the demo organiser's key: made from the secret, so that it can be shown at every start on this machine."""
    return organisers.KEY_PREFIX + hmac.digest(settings.secret_key.encode(), b"demo organiser", "sha256").hex()


async def prepare(settings: Settings) -> None:
    async with open_database(settings) as database:
        await schema.migrate(database)
    await _load_demo(settings)


async def _load_demo(settings: Settings) -> bool:
    async with open_database(settings) as database:
        await schema.require_current(database)
        async with database.transaction() as session:
            return await demonstration.load(session, key=demo_key(settings))
