"""`unsilenced export`: a table out, as CSV or xlsx."""

import sys
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO, NamedTuple

import typer
from pydantic import ValidationError

from app import exports
from app.config import Settings
from app.console import OfOrganisation, errors, in_rows, with_database
from app.database import Database
from app.exports import ExportKind, Format
from app.models.export import ExportWithWriters
from app.sentences import sentence
from app.services.sealing import Keys
from app.services.team import organisers

CHUNK = 64 * 1024  # bytes
EXPORT_HELP = """Take a table out, as CSV or xlsx. No cell is a formula; letters come without personal data.

  unsilenced export offices -o offices.csv

  unsilenced export tallies --format xlsx -o tallies.xlsx

With who wrote them, for a reason, which stands in the audit:

  unsilenced export letters --with-writers --reason "The office asked for the signatures." -o signatures.csv"""

commands = typer.Typer()


class Taking(NamedTuple):
    """What is to be taken out, and for what reason with names."""

    kind: ExportKind
    form: Format
    reason: str | None


@commands.command(name="export", help=EXPORT_HELP)
def export(
    kind: Annotated[ExportKind, typer.Argument(help="What to take out.")],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; standard output without.")
    ] = None,
    organisation: OfOrganisation = None,
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
    errors.print(f"{in_rows(written)}.")


def _reason(kind: ExportKind, reason: str) -> str:
    if kind is not ExportKind.LETTERS:
        raise typer.BadParameter("Only letters have writers.", param_hint="--with-writers")
    try:
        return ExportWithWriters(reason=reason).reason
    except ValidationError as error:
        raise typer.BadParameter(sentence(error.errors()[0]), param_hint="--reason") from None


async def _export(database: Database, organisation: str | None, wish: Taking, file: BinaryIO) -> int:
    async with database.reading() as session:
        whose = (await organisers.organisation(session, organisation)).id
    if wish.reason is None:
        return await exports.write(database, whose, wish.kind, wish.form, file)
    keys = Keys(Settings().secret_key)
    return await exports.write_with_writers(
        database, keys, whose, wish.form, file, reason=wish.reason, who=lambda: None
    )


def _copy(file: BinaryIO, output: Path | None) -> None:
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as target:
        while chunk := file.read(CHUNK):
            target.write(chunk)
