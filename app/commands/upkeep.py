"""What keeps a database in order: `unsilenced migrate`, `pause`, `recount` and `scrub`."""

import uuid
from functools import partial
from typing import Annotated

import typer
from sqlmodel.ext.asyncio.session import AsyncSession

from app import schema
from app.console import AsJson, out, print_json, with_database
from app.database import Database
from app.models.columns import now
from app.services import campaigns, scrub
from app.services.counting import recount
from app.services.organising import publishing

commands = typer.Typer()

DIFFERENCES_SHOWN = 20


@commands.command()
def migrate() -> None:
    """Bring the database to this edition's schema: before the first start, and after each upgrade. Back up first.

    unsilenced migrate
    """
    with_database(schema.migrate, migrated=False, doing="Migrating")
    out.print("The database is up to date.")


@commands.command()
def pause() -> None:
    """Pause every campaign, so that no letter leaves: for after a backup was restored. Organisers resume them.

    unsilenced pause

    One campaign alone: `unsilenced campaign pause free-ada`.
    """

    async def run(database: Database) -> int:
        async with database.transaction() as session:
            return await publishing.pause_all(session)

    out.print(f"{with_database(run)} campaigns paused.")


@commands.command(name="recount")
def recount_(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit with 1 if a count differs.")] = False,
    campaign: Annotated[str | None, typer.Option(help="Only of the campaign with this slug.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count all letters and people again, and put the kept counts right (or only compare them).

    unsilenced recount --check

    For every night: a difference is a bug of ours. Put right while nothing else runs.
    """
    found = with_database(partial(_compare if check else _put_right, slug=campaign), doing="Counting")
    if as_json:
        print_json([difference._asdict() for difference in found])
        raise typer.Exit(1 if check and found else 0)
    for difference in found[:DIFFERENCES_SHOWN]:
        out.print(f"{difference.where}: kept {difference.kept}, counted {difference.counted}")
    if len(found) > DIFFERENCES_SHOWN:
        out.print(f"… and {len(found) - DIFFERENCES_SHOWN} more")
    if not found:
        out.print("The kept counts equal the rows.")
        return
    out.print(f"{len(found)} counts differed{'' if check else ' and were put right'}.")
    if check:
        raise typer.Exit(1)


@commands.command(name="scrub")
def scrub_() -> None:
    """Forget: what nobody confirmed in seven days, and supporters ninety days after their campaign.

    unsilenced scrub

    A worker does so every hour by itself.
    """

    async def run(database: Database) -> int:
        return await scrub.run(database, at=now())

    out.print(f"{with_database(run, doing='Forgetting')} submissions forgotten.")


async def _compare(database: Database, *, slug: str | None) -> list[recount.Difference]:
    async with database.snapshot() as session:
        return await recount.differences(session, await _id_of(session, slug))


async def _put_right(database: Database, *, slug: str | None) -> list[recount.Difference]:
    async with database.transaction() as session:
        campaign_id = await _id_of(session, slug)
        found = await recount.differences(session, campaign_id)
        if found:
            await recount.rebuild(session, campaign_id)
        return found


async def _id_of(session: AsyncSession, slug: str | None) -> uuid.UUID | None:
    return (await campaigns.public(session, slug)).id if slug else None
