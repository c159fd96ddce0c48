"""Peak memory of taking letters out, with few and with many of them: what it grows by for each million."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col

from app.config import Settings
from app.database import Database
from app.models.submission import Submission, SubmissionCreate
from app.rows.asking import rows, table_of
from app.rows.writing import execute_many
from app.services import submissions
from app.services.sealing import Keys
from bench import fill, service
from bench.held import held
from tests.factories import submission

FEW, MANY = 20_000, 200_000  # letters
MILLION = 1_000_000
AT_ONCE = 5_000  # submissions sealed in one transaction
REASON = "To measure how much memory it takes."
WAYS: dict[str, Sequence[str]] = {
    "CSV": ["--format", "csv"],
    "xlsx": ["--format", "xlsx"],
    "CSV with writers": ["--format", "csv", "--with-writers", "--reason", REASON],
    "xlsx with writers": ["--format", "xlsx", "--with-writers", "--reason", REASON],
}


class Run(NamedTuple):
    rate: float
    """Letters for each second of the command's own processor time."""
    seconds: float
    memory: float
    """The most that the command held at once, in MB."""


def prepare(url: str, letters: int) -> None:
    """Fill a database with letters whose writers can be unsealed."""
    service.prepare(url)
    asyncio.run(_filled(url, letters))


async def _filled(url: str, letters: int) -> None:
    await fill.fill_database(url, letters)
    database, keys = Database(url), Keys(Settings().secret_key)
    body = SubmissionCreate.model_validate(submission())
    async with database.reading() as session:
        sealed = col(Submission.sealed).is_not(None)
        ids = [id_ for (id_,) in await rows(session, sa.select(col(Submission.id)).where(sealed))]
    table = table_of(Submission)
    put = sa.update(table).where(table.c.id == sa.bindparam("_id")).values(sealed=sa.bindparam("words"))
    for first in range(0, len(ids), AT_ONCE):
        part = [{"_id": each, "words": submissions.seal(keys, each, body)} for each in ids[first : first + AT_ONCE]]
        async with database.transaction() as session:
            await execute_many(session, put, part)
    await database.close()


def run(url: str, letters: int, options: Sequence[str]) -> Run:
    """Take the letters out, in a process of its own."""
    with TemporaryDirectory(prefix="bench-") as folder:
        command: list[str | Path] = [
            service.COMMAND,
            "export",
            "letters",
            "--organisation",
            "growers",
            "-o",
            Path(folder, "x"),
            *options,
        ]
        began = time.monotonic()
        used = held(command, service.environment(url))
    return Run(letters / used.cpu, time.monotonic() - began, used.memory)


def grows_by(few: Run, many: Run) -> float:
    """Return how many MB a million letters take more than few, if it goes on as from few to many."""
    return (many.memory - few.memory) / (MANY - FEW) * MILLION
