"""Letters with who wrote them: for owners, for a reason, and never unseen."""

import csv
import io
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from python_calamine import CalamineWorkbook

from app.database import Database
from app.delivery.worker import Worker
from app.models.organisation import Role
from tests.conftest import on_one_database
from tests.factories import API, published
from tests.imports.conftest import stranger
from tests.people import bearing, person, token_of
from tests.steps import SAM, everything_stored, get, hand_in, problem, somebody, write

__all__ = ["stranger"]

REASON = "The office asked for the signatures."
WHY = {"reason": REASON}


async def take(client: AsyncClient, body: Any, form: str = "csv") -> Response:
    return await client.post(f"{API}/exports/letters.{form}", json=body)


def read(answer: Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def exported(organiser: AsyncClient) -> list[Any]:
    found: list[Any] = (await get(organiser, "/audit?kind=export"))["items"]
    return found


async def test_only_owners_take_them_out_whatever_their_key_says(
    app: FastAPI, client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    problem(await take(client, WHY), 401)
    for role in (Role.ANALYST, Role.EDITOR):
        await person(database, f"{role}@committee.example.org", role=role)
        async with bearing(app, await token_of(client, f"{role}@committee.example.org")) as colleague:
            problem(await take(colleague, WHY), 403)
    await person(database)
    async with bearing(app, await token_of(client)) as owner:
        key = await owner.post(f"{API}/auth/keys", json={"name": "a script", "scope": "editor"})
    async with bearing(app, key.json()["key"]) as script:
        assert (await script.get(f"{API}/exports/letters.csv")).status_code == 200
        problem(await take(script, WHY), 403)
    assert await exported(organiser) == []


@on_one_database
@pytest.mark.parametrize("reason", [None, "", "because", " " * 40, "x" * 501])
async def test_without_a_reason_nothing_goes_out(organiser: AsyncClient, reason: str | None) -> None:
    told = problem(await take(organiser, {"reason": reason}), 422, pointer="/reason")
    assert "items" not in told["errors"][0]["detail"]
    problem(await take(organiser, {}), 422, pointer="/reason")
    assert await exported(organiser) == []


async def test_who_wrote_is_told_and_who_took_it_out_and_why(
    organiser: AsyncClient, client: AsyncClient, worker: Worker, database: Database
) -> None:
    await published(organiser)
    await write(client, supporter={"name": "=SUM(A1)"}, consent={"send": True, "contact": True})
    await worker.drain()

    first, second = read(await take(organiser, WHY))

    assert (first["email"], first["street"], first["postcode"], first["city"]) == (
        SAM,
        "Musterweg 1",
        "10115",
        "Berlin",
    )
    assert (first["name"], first["country"], first["contact"], first["stage"]) == ("'=SUM(A1)", "DE", "yes", "sent")
    assert second["name"] == first["name"]
    (entry,) = await exported(organiser)
    assert (entry["organiser"], entry["deed"]) == ("Olga Organiser", "exported")
    assert {name: change["to"] for name, change in entry["changes"].items()} == {"reason": REASON, "rows": 2}
    book = CalamineWorkbook.from_filelike(io.BytesIO((await take(organiser, WHY, "xlsx")).content))
    assert SAM in book.get_sheet_by_index(0).to_python()[1]
    assert len(await exported(organiser)) == 2
    assert SAM not in await everything_stored(database)


async def test_the_forgotten_and_those_who_never_confirmed_stay_empty(
    organiser: AsyncClient, client: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    _, token = await write(client)
    await hand_in(client, supporter=somebody("silent"))
    await write(client, supporter=somebody("other"))
    await worker.drain()
    assert (await client.delete(f"{API}/receipts/{token}")).status_code == 204

    rows = read(await take(organiser, WHY))

    assert sorted(row["email"] for row in rows) == ["", "", "", "", *["other@supporter.example.org"] * 2]
    assert {row["stage"] for row in rows if not row["email"]} == {"sent", "unconfirmed"}


async def test_nothing_of_another_organisation_goes_out(
    organiser: AsyncClient, stranger: AsyncClient, client: AsyncClient
) -> None:
    await published(organiser)
    await write(client)
    assert read(await take(stranger, WHY)) == []
    assert await exported(organiser) == []
