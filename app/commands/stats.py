"""`unsilenced stats`: a campaign's numbers, as its page shows them."""

import asyncio
from typing import Annotated

import typer

from app.config import Settings
from app.console import AsJson, open_database, out, print_json
from app.models.tally import Breakdown, Stats
from app.services.numbers import stats

commands = typer.Typer()


@commands.command(name="stats")
def show(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its slug.")],
    by: Annotated[list[Breakdown], typer.Option(help="Break the numbers down; may be given several times.")] = [],  # noqa: B006 - Typer copies it
    *,
    as_json: AsJson = False,
) -> None:
    """Show a campaign's numbers, as its public page does.

    unsilenced stats free-ada

    unsilenced stats free-ada --by country --by day --json
    """
    found = asyncio.run(_read(campaign, by))
    if as_json:
        print_json(found)
        return
    out.print(f"{found.letters_sent:,} letters left, by {found.supporters:,} people in {found.countries:,} countries.")
    out.print(f"{found.offline_letters:,} more on paper, counted by hand.")
    for stage, letters in found.letters.items():
        out.print(f"  {letters:>9,} {stage}")
    for value, stages in [item for values in found.by.values() for item in values.items()]:
        out.print(f"{value}: " + ", ".join(f"{letters:,} {stage}" for stage, letters in stages.items()))


async def _read(campaign: str, by: list[Breakdown]) -> Stats:
    settings = Settings()
    usual = settings.office_hourly_limit if settings.pacing else None
    async with open_database(settings) as database, database.snapshot() as session:
        return await stats.read(session, campaign, by=by, usual=usual)
