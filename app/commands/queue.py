"""`unsilenced queue …`: what waits to leave, and another try for what has failed."""

from typing import Annotated

import typer
from rich.markup import escape

from app.console import AsJson, out, print_json, with_database
from app.database import Database
from app.models.queue import QueueState
from app.services.queueing import overseeing, queue_state

commands = typer.Typer(no_args_is_help=True, help="Letters on their way out. To pause: `unsilenced campaign pause`.")

Slug = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its slug, as `unsilenced campaign list` shows it.")]


@commands.command()
def show(campaign: Slug, *, as_json: AsJson = False) -> None:
    """Show where a campaign's letters stand, what is held and why, and what mail servers say.

    unsilenced queue show free-ada
    """

    async def run(database: Database) -> QueueState:
        async with database.snapshot() as session:
            return await queue_state.read(session, await overseeing.campaign(session, campaign))

    found = with_database(run)
    if as_json:
        print_json(found)
    else:
        _tell(found)


@commands.command()
def retry(campaign: Slug) -> None:
    """Have all letters of a campaign that have failed tried again, from the beginning.

    unsilenced queue retry free-ada
    """

    async def run(database: Database) -> int:
        async with database.transaction() as session:
            found = await overseeing.campaign(session, campaign, lock=True)
            return (await queue_state.retry_failed(session, found)).letters

    out.print(f"{with_database(run):,} letters are queued again.")


def _tell(found: QueueState) -> None:
    out.print(f"{found.campaign} is {found.status}.")
    for stage, letters in found.letters.items():
        if letters:
            out.print(f"  {letters:>9,} {stage}")
    out.print(f"{found.due:,} are due now, {found.failing:,} were tried in vain before.")
    if found.next_due_at:
        out.print(f"The next is due at {found.next_due_at:%Y-%m-%d %H:%M:%S} UTC.")
    for reason, letters in found.held.items():
        out.print(f"{letters:,} are held: {reason or 'no reason given'}")
    for said in found.words:
        out.print(escape(f"{said.letters:,} ×  {said.words}"))
