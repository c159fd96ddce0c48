"""The commands that take files in and out: `unsilenced import` and `unsilenced export`."""

import sys
import uuid
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO, NamedTuple

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from app import exports
from app.config import Settings
from app.console import with_database
from app.database import Database
from app.exports import ExportKind, Format
from app.imports import run
from app.imports.kinds import ImportKind
from app.imports.report import Report, Result, Told, as_json
from app.imports.run import NotImported, Wish
from app.models.consequences import CampaignTouched
from app.models.export import ExportWithWriters
from app.sentences import sentence
from app.services.sealing import Keys
from app.services.team import organisers

ROWS_SHOWN = 20
DRY = "A dry run: nothing was written."
NOTHING = "Nothing was imported. --keep-going takes the good rows."
CHUNK = 64 * 1024  # bytes
IMPORT_HELP = """Take a table in: CSV, xlsx, or Popolo JSON. Rows are found again by their external id.

Look first, then do it:

  unsilenced import offices offices.csv --dry-run

  unsilenced import offices offices.csv

Officials from Popolo, whose files name no country and no languages:

  unsilenced import popolo parliament.json --set country=BY --set languages=ru,en

A prisoner's new status or consent touches campaigns: each row tells which, and what becomes of them.

Exits with 1 if a row was refused. docs/imports.md shows the columns of each kind."""
EXPORT_HELP = """Take a table out, as CSV or xlsx. No cell is a formula; letters come without personal data.

  unsilenced export offices -o offices.csv

  unsilenced export tallies --format xlsx -o tallies.xlsx

With who wrote them, for a reason, which stands in the audit:

  unsilenced export letters --with-writers --reason "The office asked for the signatures." -o signatures.csv"""

out = Console(highlight=False, soft_wrap=True, markup=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Taking(NamedTuple):
    """What is to be taken out, and for what reason with names."""

    kind: ExportKind
    form: Format
    reason: str | None


Organisation = Annotated[
    str | None, typer.Option(help="The organisation's slug; may be left out where there is only one.")
]


def add_to(cli: typer.Typer) -> None:
    """Add the two commands."""

    @cli.command(name="import", help=IMPORT_HELP)
    def import_(  # noqa: PLR0917 - Typer passes them by name
        kind: Annotated[ImportKind, typer.Argument(help="What the table holds.")],
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
        keep_going: Annotated[
            bool, typer.Option("--keep-going", help="Take the good rows where others are refused.")
        ] = False,
        organisation: Organisation = None,
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

    @cli.command(name="export", help=EXPORT_HELP)
    def export(
        kind: Annotated[ExportKind, typer.Argument(help="What to take out.")],
        form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.CSV,
        output: Annotated[
            Path | None, typer.Option("--output", "-o", help="The file to write; standard output without.")
        ] = None,
        organisation: Organisation = None,
        with_writers: Annotated[
            bool, typer.Option("--with-writers", help="Letters with names and addresses. Needs --reason.")
        ] = False,
        reason: Annotated[str, typer.Option(help="For what the names and addresses are needed.")] = "",
    ) -> None:
        wish = Taking(kind, form, _reason(kind, reason) if with_writers else None)
        with TemporaryFile() as file:  # a file of yours is only touched when all has gone well
            written = with_database(lambda database: _export(database, organisation, wish, file), doing="Writing")
            file.seek(0)
            _copy(file, output)
        errors.print(f"{written:,} rows.")


async def _import(database: Database, organisation: str | None, wish: Wish, path: Path, *, quiet: bool) -> Report:
    organisation_id = await _organisation_id(database, organisation)
    size = path.stat().st_size  # noqa: ASYNC240 - nobody else is served here
    with path.open("rb") as file, Progress(console=errors, transient=True, disable=quiet) as progress:
        bar = progress.add_task("Reading", total=size)

        def show() -> None:
            progress.update(bar, completed=file.tell())

        try:
            keys = Keys(Settings().secret_key)
            return await run.run(database, organisation_id, wish, file, keys=keys, on_progress=show)
        except NotImported as refusal:
            return refusal.report


def _reason(kind: ExportKind, reason: str) -> str:
    if kind is not ExportKind.LETTERS:
        raise typer.BadParameter("Only letters have writers.", param_hint="--with-writers")
    try:
        return ExportWithWriters(reason=reason).reason
    except ValidationError as error:
        raise typer.BadParameter(sentence(error.errors()[0]), param_hint="--reason") from None


async def _export(database: Database, organisation: str | None, wish: Taking, file: BinaryIO) -> int:
    organisation_id = await _organisation_id(database, organisation)
    if wish.reason is None:
        return await exports.write(database, organisation_id, wish.kind, wish.form, file)
    keys = Keys(Settings().secret_key)
    return await exports.write_with_writers(
        database, keys, organisation_id, wish.form, file, reason=wish.reason, who=lambda: None
    )


async def _organisation_id(database: Database, slug: str | None) -> uuid.UUID:
    async with database.reading() as session:
        return (await organisers.organisation(session, slug)).id


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
    out.print(f"{len(report.rows):,} rows: {counted}.")
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


def _copy(file: BinaryIO, output: Path | None) -> None:
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as target:
        while chunk := file.read(CHUNK):
            target.write(chunk)


commands = typer.Typer()
add_to(commands)
