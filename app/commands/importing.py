"""`unsilenced import`: a table in, with what becomes of each row."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.config import Settings
from app.console import OfOrganisation, errors, in_rows, with_database
from app.database import Database
from app.imports import run
from app.imports.kinds import ImportKind
from app.imports.report import Report, Result, Told, as_json
from app.imports.run import NotImported, Wish
from app.models.consequences import CampaignTouched
from app.services.sealing import Keys
from app.services.team import organisers

ROWS_SHOWN = 20
DRY = "A dry run: nothing was written."
NOTHING = "Nothing was imported. --keep-going takes the good rows."
IMPORT_HELP = """Take a table in: CSV, xlsx, or Popolo JSON. Rows are found again by their external id.

Look first, then do it:

  unsilenced import offices offices.csv --dry-run

  unsilenced import offices offices.csv

Officials from Popolo, whose files name no country and no languages:

  unsilenced import popolo parliament.json --set country=BY --set languages=ru,en

A prisoner's new status or consent touches campaigns: each row tells which, and what becomes of them.

Exits with 1 if a row was refused. docs/imports.md shows the columns of each kind."""
out = Console(highlight=False, soft_wrap=True, markup=False)  # files may hold brackets
commands = typer.Typer()


@commands.command(name="import", help=IMPORT_HELP)
def import_(  # noqa: PLR0917 - Typer passes them by name
    kind: Annotated[ImportKind, typer.Argument(help="What the table holds.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Take the good rows where others are refused.")
    ] = False,
    organisation: OfOrganisation = None,
    settings: Annotated[
        list[str], typer.Option("--set", help="column=value, for rows that add something new and do not say it.")
    ] = [],  # noqa: B006 - Typer copies it
    json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> None:
    wish = Wish(kind, dry_run=dry_run, keep_going=keep_going, given=dict(map(run.setting, settings)))
    report = with_database(lambda database: _import(database, organisation, wish, file, quiet=json))
    if json:
        sys.stdout.writelines(as_json(report))
    else:
        _tell(report)
    if report.counts[Result.REFUSED]:
        raise typer.Exit(1)


async def _import(database: Database, organisation: str | None, wish: Wish, path: Path, *, quiet: bool) -> Report:
    async with database.reading() as session:
        whose = (await organisers.organisation(session, organisation)).id
    size = path.stat().st_size  # noqa: ASYNC240 - nobody else is served here
    with path.open("rb") as file, Progress(console=errors, transient=True, disable=quiet) as progress:
        bar = progress.add_task("Reading", total=size)

        def show() -> None:
            progress.update(bar, completed=file.tell())

        try:
            keys = Keys(Settings().secret_key)
            return await run.run(database, whose, wish, file, keys=keys, on_progress=show)
        except NotImported as refusal:
            return refusal.report


def _tell(report: Report) -> None:
    for header, meant in report.columns.items():
        if header != meant:
            out.print(f"{header}  →  {meant or 'left out'}")
    for told in [each for each in report.rows if each.faults or each.notes][:ROWS_SHOWN]:
        _tell_row(told)
    for told in report.rows:
        for touched in report.touched.get(told.row, ()):
            _tell_touched(told, touched)
    counted = ", ".join(f"{report.counts[result]:,} {result}" for result in Result)
    out.print(f"{in_rows(len(report.rows))}: {counted}.")
    if not report.kept:
        out.print(DRY if report.dry_run else NOTHING)


def _tell_row(told: Told) -> None:
    for fault in told.faults:
        out.print(f"{_named(told)}, {fault.column or 'the whole row'}: {fault.detail}")
    for note in told.notes:
        out.print(f"{_named(told)}: {note}")


def _tell_touched(told: Told, touched: CampaignTouched) -> None:
    out.print(f"{_named(told)} touches {touched.campaign} ({touched.status}). {touched.in_words}")
    if letters := sum(touched.letters.values()):
        out.print(f"  letters that stop: {letters:,}; supporters who are told: {touched.notices:,}")
    if touched.still_named_in:
        out.print(f"  still named in: {', '.join(touched.still_named_in)}")


def _named(told: Told) -> str:
    return f"Row {told.row}" + (f" ({told.key})" if told.key else "")
