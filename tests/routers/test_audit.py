"""Who did what, when, from which to which."""

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.database import Database
from app.delivery.worker import Worker
from app.models.letter import Reason, Stage
from app.models.organisation import Role
from app.services.queueing import queue
from app.services.team import audit
from tests.delivery.steps import OFFICE
from tests.factories import API, draft, office, post, prisoner, published
from tests.people import PASSWORD, bearing, person, token_of
from tests.relay import Relay
from tests.steps import everything_stored, get, how_many, patch, problem, somebody, write

NOT_WATCHED = {  # and why
    "accreditation": "told as the office's accredited_to",
    "alert": "mail about what the campaign's entries tell",
    "attempt_tally": "counts",
    "audit_entry": "is the record",
    "brief": "never changes; publishing shows as the campaign's brief_id",
    "campaign_office": "told as the campaign's offices",
    "campaign_prisoner": "told as the campaign's prisoners",
    "delivery": "supporters'",
    "destination": "what mail domains bear, found out by the worker",
    "enclosure": "offices' answers and test letters",
    "idempotency": "supporters'",
    "letter": "supporters'; what organisers do to one is told with its campaign",
    "notice_count": "counts",
    "office_pace": "when the worker writes to it next",
    "organisation_day": "counts",
    "organisation": "made at the command line; what its owners switch is told by hand",
    "organiser_session": "signing in changes nothing",
    "print_run": "told with its campaign",
    "recovery_code": "goes with the account's otp_since",
    "soft_bounce": "counts",
    "stream": "whose turn it is",
    "submission": "supporters'",
    "supporter_day": "counts",
    "supporter_tally": "counts",
    "tally": "counts",
    "tally_total": "counts",
    "throttle": "counts",
    "webhook_call": "goes with its webhook",
    "webhook_count": "counts",
    "offline_letters": "taken in from files, with their note",
}


async def trail(client: AsyncClient, query: str = "") -> list[Any]:
    """What the audit says, the oldest first."""
    return list(reversed((await get(client, f"/audit{query}"))["items"]))


def test_every_table_is_watched_or_it_says_why_not() -> None:
    watched = {table.__tablename__ for table in audit.WATCHED}

    assert watched | set(NOT_WATCHED) == set(SQLModel.metadata.tables)
    assert not watched & set(NOT_WATCHED)


async def test_a_change_is_written_down_with_who_and_from_which_to_which(
    app: FastAPI, client: AsyncClient, database: Database
) -> None:
    olga_id = await person(database)
    async with bearing(app, await token_of(client)) as olga:
        await draft(olga)
        await patch(olga, "/campaigns/free-ada", code="BLR-2", prisoners=[], urgent=False)

        entries = await trail(olga, "?kind=campaign")

    created, prisoners, offices, *changed = entries
    assert (created["deed"], created["thing"], created["organiser"]) == ("created", "free-ada", "Olga")
    assert created["organiser_id"] == olga_id
    assert created["changes"]["code"] == {"from": None, "to": "BLR-1"}
    assert prisoners["changes"] == {"prisoners": {"from": [], "to": ["ada-prisoner"]}}
    assert list(offices["changes"]) == ["offices"]
    assert [each["changes"] for each in changed] == [
        {"code": {"from": "BLR-1", "to": "BLR-2"}},
        {"prisoners": {"from": ["ada-prisoner"], "to": []}},
    ]


async def test_publishing_holders_and_events_are_written_down_too(organiser: AsyncClient) -> None:
    made = await draft(organiser)
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await patch(organiser, f"/officials/{made['offices'][0]}", holder={"name": "Nina Next", "since": "2026-01-01"})
    await post(organiser, "/prisoners/ada-prisoner/events", {"kind": "release", "happened_on": "2026-01-02"})

    told = [(each["kind"], each["deed"], list(each["changes"])) for each in (await trail(organiser))[-6:]]

    assert ("campaign", "changed", ["status"]) in told
    assert ("official", "created", ["name", "gender", "since"]) in told
    assert ("prisoner_event", "created", ["kind", "happened_on"]) in told
    assert ("prisoner", "changed", ["status"]) in told


async def test_what_organisers_do_to_letters_is_written_down_with_their_campaign(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    made = await published(organiser, embassies_of=[])
    for name in ("ann", "bob"):
        await write(client, supporter=somebody(name))
    first, second = sorted(each["id"] for each in (await get(organiser, "/letters"))["items"])
    async with database.transaction() as session:
        await queue.stop(session, sa.true(), stages_in=[Stage.QUEUED], to=Stage.HELD, reason=Reason.MODERATION)

    await post(organiser, f"/letters/{first}/release", status=200)
    await post(organiser, f"/letters/{second}/cancel", status=200)
    await post(organiser, "/campaigns/free-ada/queue/cancel", {"office_id": made["offices"][0]}, status=200)

    assert [(each["kind"], each["thing"], each["changes"]) for each in (await trail(organiser))[-3:]] == [
        ("campaign", "free-ada", {f"letter {first}": {"from": "held", "to": "queued"}}),
        ("campaign", "free-ada", {f"letter {second}": {"from": "held", "to": "cancelled"}}),
        ("campaign", "free-ada", {f"letters to {made['offices'][0]}": {"from": None, "to": "1 cancelled"}}),
    ]


async def test_trying_failed_letters_again_is_written_down(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, embassies_of=[])
    await write(client)
    relay.at_rcpt[OFFICE] = ["550 5.6.0 not from you"] * 2
    await worker.drain()
    (failed,) = (await get(organiser, "/letters"))["items"]

    await post(organiser, f"/letters/{failed['id']}/retry", status=200)
    await worker.drain()
    await post(organiser, "/campaigns/free-ada/queue/retry", status=200)
    await post(organiser, "/campaigns/free-ada/queue/retry", status=200)

    one, all_ = (await trail(organiser, "?kind=campaign"))[-2:]
    assert one["changes"] == {f"letter {failed['id']}": {"from": "failed", "to": "queued"}}
    assert all_["changes"] == {"letters": {"from": "1 failed", "to": "1 queued"}}
    assert all_["organiser"]


async def test_print_runs_and_updates_are_written_down(client: AsyncClient, organiser: AsyncClient) -> None:
    by_post = office(channels=["post"], postal_address="Main Street 1\n220030 Exampletown")
    await published(organiser, offices=[by_post], embassies_of=[])
    await write(client)
    run = await post(organiser, "/campaigns/free-ada/print-runs", {})
    for step in ("posted", "undo", "undo"):
        await post(organiser, f"/print-runs/{run['id']}/{step}", status=200)
    await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": "The court has met."}})

    *runs, update = (await trail(organiser))[-5:]

    assert [each["changes"]["print run 1"]["to"] for each in runs] == ["printed", "posted", "printed", "undone"]
    assert (update["kind"], update["deed"], update["thing"]) == ("news", "created", "free-ada")
    assert update["changes"]["text"]["to"] == {"en": "The court has met."}


async def test_a_change_that_is_refused_leaves_no_trace(organiser: AsyncClient, database: Database) -> None:
    await draft(organiser)
    before = await how_many(database, "audit_entry")

    problem(await organiser.post(f"{API}/prisoners", json=prisoner()), 409)
    problem(await organiser.patch(f"{API}/campaigns/free-ada", json={"code": "X", "closes_on": "2020-01-01"}), 422)

    assert await how_many(database, "audit_entry") == before


async def test_what_supporters_do_is_not_written_down(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await draft(organiser)
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    before = await how_many(database, "audit_entry")

    await write(client)

    assert await how_many(database, "audit_entry") == before


async def test_no_secret_and_no_address_of_an_organiser_stands_in_it(
    app: FastAPI, client: AsyncClient, database: Database
) -> None:
    await person(database)
    async with bearing(app, await token_of(client)) as olga:
        await post(olga, "/organisers", {"email": "eve@committee.example.org", "role": "editor"}, status=202)
        key = (await post(olga, "/auth/keys", {"name": "script", "scope": "owner"}))["key"]
        new = {"password": PASSWORD, "new_password": "another horse, another battery"}
        assert (await olga.put(f"{API}/auth/password", json=new)).status_code == 204
    async with bearing(app, key) as script:
        await post(script, "/prisoners", prisoner())
        entries = await trail(script)

    text = str(entries)
    assert [word for word in ("@committee", "argon2", key, PASSWORD) if word in text] == []
    assert {"password_hash": {"from": "(secret)", "to": "(secret)"}} in [each["changes"] for each in entries]
    assert entries[-1]["api_key_id"]


async def test_it_is_filtered_and_paged(app: FastAPI, client: AsyncClient, database: Database) -> None:
    eve_id = await person(database, "eve@committee.example.org", role=Role.EDITOR)
    await person(database)
    async with bearing(app, await token_of(client, "eve@committee.example.org")) as eve:
        problem(await eve.get(f"{API}/audit"), 403)
        made = await post(eve, "/officials", office())
    async with bearing(app, await token_of(client)) as olga:
        await post(olga, "/prisoners", prisoner())
        assert {each["kind"] for each in await trail(olga, f"?organiser={eve_id}")} == {"office", "official"}
        assert {each["kind"] for each in await trail(olga, f"?thing={made['id']}")} == {"office", "official"}
        assert await trail(olga, "?to=2026-01-01") == []
        assert await trail(olga, "?from=2026-01-01") == await trail(olga)
        problem(await olga.get(f"{API}/audit?from=yesterday"), 422, pointer="?from")

        everything = (await get(olga, "/audit"))["items"]
        pages: list[Any] = []
        cursor = None
        while not pages or cursor:
            page = await get(olga, "/audit", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
            pages += page["items"]
            cursor = page["next_cursor"]
        assert pages == everything


async def test_no_question_breaks_it_off(organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner())
    whole = (await organiser.get(f"{API}/audit?format=csv")).text
    for form in ("json", "csv"):
        problem(await organiser.get(f"{API}/audit?format={form}&cursor=no-cursor"), 422, pointer="?cursor")
        assert (await organiser.get(f"{API}/audit?format={form}&from=9999-12-31")).status_code == 200
    assert len((await get(organiser, "/audit?from=0001-01-01&to=9999-12-31"))["items"]) == whole.count("\n") - 1
    assert (await organiser.get(f"{API}/audit?format=csv&to=9999-12-31")).text == whole


async def test_another_organisation_sees_nothing_of_it(organiser: AsyncClient, stranger: AsyncClient) -> None:
    await draft(organiser)

    assert {each["kind"] for each in await trail(stranger)} == {"organiser", "api_key"}


async def test_it_comes_as_csv_that_no_spreadsheet_executes(
    organiser: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.team.audit_trail.MAXIMUM_LIMIT", 2)
    await draft(organiser)

    answer = await organiser.get(f"{API}/audit?format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["id"] for row in reversed(rows)] == [each["id"] for each in await trail(organiser)]
    assert {row["kind"] for row in rows} >= {"campaign", "office", "prisoner"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


async def test_its_two_forms_stand_in_the_description(client: AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()["paths"][f"{API}/audit"]["get"]["responses"]["200"]
    assert set(described["content"]) == {"application/json", "text/csv"}


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET thing = 'x'", "DELETE FROM audit_entry"])
async def test_the_database_refuses_to_change_it(organiser: AsyncClient, database: Database, statement: str) -> None:
    before = await everything_stored(database)

    with pytest.raises(DBAPIError, match="never changed"):
        async with database.transaction() as session:
            await (await session.connection()).execute(sa.text(statement))

    assert await everything_stored(database) == before
