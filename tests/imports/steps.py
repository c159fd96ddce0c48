"""What an import's story is made of: tables as bytes, and what comes back."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from httpx import AsyncClient

from tests.factories import API

OFFICE = {
    "external_id": "by-pg",
    "kind": "prosecutor_general",
    "country": "BY",
    "title.en": "Prosecutor General",
    "languages": "ru | en",
    "channels": "email",
    "emails": "pg@by.example.org",
    "holder.name": "Pavel Prosecutor",
    "holder.since": "2020-02-01",
}
PRISONER = {
    "slug": "ada-prisoner",
    "external_id": "P-1",
    "name": "Ada Prisoner",
    "country": "BY",
    "consent": "by_family",
    "summary.en": "Ada Prisoner is held in prison.",
}


def office_row(**overrides: str) -> dict[str, str]:
    return OFFICE | {name.replace("__", "."): value for name, value in overrides.items()}


def table(*rows: Mapping[str, str], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file of these rows, with all their columns."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, header, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def workbook(*rows: Sequence[Any]) -> bytes:
    """An xlsx file of these rows."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return file.getvalue()


async def take_in(organiser: AsyncClient, kind: str, file: bytes, query: str = "", *, status: int = 200) -> Any:
    """Import a file; the status must be the expected one."""
    answer = await organiser.post(f"{API}/imports/{kind}{query}", content=file)
    assert answer.status_code == status, answer.text[:2_000]
    return answer.json()


async def take_out(organiser: AsyncClient, kind: str, form: str = "csv") -> bytes:
    answer = await organiser.get(f"{API}/exports/{kind}.{form}")
    assert answer.status_code == 200, answer.text
    return answer.content


def counts(report: Any) -> dict[str, int]:
    """How many rows of each result, without the empty ones."""
    found = {name: report[name] for name in ("created", "updated", "unchanged", "refused") if report[name]}
    assert sum(found.values()) == len(report["rows"])
    return found


def refusals(report: Any) -> list[tuple[int, str, str]]:
    """Row, column and reason of each refusal."""
    return [(row["row"], error["column"], error["detail"]) for row in report["rows"] for error in row.get("errors", ())]
