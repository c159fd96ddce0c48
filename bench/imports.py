"""Rows a second and peak memory of importing 100,000 offices, beside a dry run, which only reads and checks them."""

import csv
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import xlsxwriter

from bench import service
from bench.held import held

OFFICES = 100_000
HEADER = [
    "external_id",
    "kind",
    "country",
    "title.en",
    "title.ru",
    "languages",
    "channels",
    "emails",
    "postal_address",
    "holder.name",
    "holder.gender",
    "holder.since",
    "accredited_to",
]


class Run(NamedTuple):
    rate: float
    """Rows a second, from the command's start to its end."""
    cpu_rate: float
    """Rows for each second of the command's own processor time, which other processes hardly disturb."""
    memory: float
    """The most that the command held at once, in MB; of a workbook's process too, whichever held more."""


def row(n: int) -> list[str]:
    return [
        f"office-{n}",
        "ambassador" if n % 2 else "minister",
        "BY",
        f"Minister of Example {n}",
        f"Министр примера {n}",
        "ru | en",
        "email | post",
        f"office{n}@by.example.org",
        f"Street {n}\n220000 Town",
        f"Holder Number {n}",
        "female",
        "2020-02-01",
        "DE | CH" if n % 2 else "",
    ]


@contextmanager
def files() -> Iterator[tuple[Path, Path]]:
    """The same offices as CSV and as xlsx."""
    with TemporaryDirectory(prefix="bench-") as folder:
        table, workbook = Path(folder, "offices.csv"), Path(folder, "offices.xlsx")
        book = xlsxwriter.Workbook(str(workbook), {"constant_memory": True})
        sheet = book.add_worksheet()
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            for number, cells in enumerate([HEADER, *map(row, range(OFFICES))]):
                writer.writerow(cells)
                sheet.write_row(number, 0, cells)
        book.close()
        yield table, workbook


def prepare(database_url: str) -> None:
    """Migrate, and add an organisation."""
    for command in (["migrate"], ["organiser", "create", "--organisation", "Bench", "--name", "Bench"]):
        subprocess.run(
            [service.COMMAND, *command],
            env=service.environment(database_url),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def run(database_url: str, file: Path, *options: str) -> Run:
    """Import the file in a process of its own."""
    began = time.monotonic()
    used = held([service.COMMAND, "import", "offices", file, *options], service.environment(database_url))
    return Run(OFFICES / (time.monotonic() - began), OFFICES / used.cpu, used.memory)
