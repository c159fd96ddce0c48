"""`unsilenced campaign …`: an operator's hand on single campaigns, where no organiser is at hand."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.markup import escape
from sqlmodel.ext.asyncio.session import AsyncSession

from app.console import AsJson, out, print_json, with_database
from app.database import Database
from app.models.campaign import Campaign, CampaignClose, Outcome
from app.services.organising import publishing
from app.services.queueing import overseeing
from app.services.queueing.overseeing import Overseen

commands = typer.Typer(no_args_is_help=True, help="Campaigns: see them all, and pause, resume or close one.")

Slug = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its slug, as `unsilenced campaign list` shows it.")]
Change = Callable[[AsyncSession, Campaign], Awaitable[object]]


@commands.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """List all campaigns of all organisations: where they stand, and what moves.

    unsilenced campaign list

    unsilenced campaign list --json | jq '.[] | select(.trouble)'
    """

    async def run(database: Database) -> list[Overseen]:
        async with database.snapshot() as session:
            return await overseeing.all_campaigns(session)

    found = with_database(run)
    if as_json:
        print_json(found)
        return
    for each in found:
        out.print(escape(_told(each)))


@commands.command()
def pause(campaign: Slug) -> None:
    """Hold everything of one campaign that has not left. Its organisers see that it is paused, and may resume it.

    unsilenced campaign pause free-ada
    """
    _change(campaign, lambda session, found: publishing.pause(session, found, trouble=BY_OPERATOR))
    out.print(f"{campaign} is paused.")


@commands.command()
def resume(campaign: Slug) -> None:
    """Let a paused campaign go on, with what was held by the pause or in quarantine.

    unsilenced campaign resume free-ada
    """
    _change(campaign, publishing.resume)
    out.print(f"{campaign} goes on.")


@commands.command()
def close(
    campaign: Slug, outcome: Annotated[Outcome, typer.Option(prompt=True, help="How the campaign ended.")]
) -> None:
    """End a campaign for good: what has not left is cancelled, and supporters who agreed are told the outcome.

    unsilenced campaign close free-ada --outcome won
    """
    _change(campaign, lambda session, found: publishing.close(session, found, CampaignClose(outcome=outcome)))
    out.print(f"{campaign} is closed.")


BY_OPERATOR = "Whoever runs the service has paused this campaign."


def _change(slug: str, change: Change) -> None:
    async def run(database: Database) -> None:
        async with database.transaction() as session:
            await change(session, await overseeing.campaign(session, slug, lock=True))

    with_database(run)


def _told(each: Overseen) -> str:
    moving = f"{each.letters_sent:,} sent, {each.queued:,} queued, {each.held:,} held, {each.failed:,} failed"
    ends = f"until {each.closes_on}" if each.closes_on else "no end yet"
    return f"{each.campaign}  {each.status}  {each.organisation}  {ends}  {moving}  {each.trouble or ''}".rstrip()
