"""Imported prisoners who are freed, or whose consent ends: campaigns learn of it as they would over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from tests.factories import API, post, prisoner, published
from tests.imports.steps import counts, table, take_in
from tests.relay import Relay
from tests.steps import SAM, differences, everything_stored, get, how_many, patch, problem, stages, stats, write
from tests.test_cli import Unsilenced, home, unsilenced

__all__ = ["home", "unsilenced"]

FREED = {"slug": "ada-prisoner", "status": "released"}
BOB = {"slug": "bob-prisoner", "name": "Bob Prisoner", "names": {}, "cases": {}}


def touched(report: Any) -> list[tuple[int, str, str]]:
    """Row, campaign and effect of all that an import touches."""
    return [
        (row["row"], each["campaign"], each["effect"]) for row in report["rows"] for each in row.get("campaigns", ())
    ]


async def with_bob(organiser: AsyncClient) -> None:
    """The campaign is about Bob too."""
    await post(organiser, "/prisoners", prisoner(**BOB))
    await published(organiser, prisoners=["ada-prisoner", "bob-prisoner"])


async def test_a_dry_run_tells_which_campaigns_a_release_touches_and_changes_nothing(
    organiser: AsyncClient, client: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await write(client)
    before = await everything_stored(database)

    dry = await take_in(organiser, "prisoners", table(FREED), "?dry_run=true")

    (told,) = dry["rows"][0]["campaigns"]
    assert (told["campaign"], told["effect"], told["letters"], told["notices"]) == (
        "free-ada", "stop_and_thank", {"queued": 2}, 1,
    )  # fmt: skip
    assert "are stopped, and those who wrote them are told" in told["in_words"]
    assert await everything_stored(database) == before


async def test_the_import_does_what_the_dry_run_said_and_tells_who_wrote(
    organiser: AsyncClient, client: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    _, token = await write(client)

    done = await take_in(organiser, "prisoners", table(FREED))
    await worker.drain()

    assert touched(done) == [(2, "free-ada", "stop_and_thank")]
    assert {stage for stage, _ in stages(await get(client, f"/receipts/{token}"))} == {"cancelled"}
    assert "Ada Prisoner is no longer in prison" in relay.to(SAM)[-1].body
    assert (await stats(client))["letters_sent"] == 0
    assert await differences(database) == []


async def test_a_campaign_about_others_too_is_paused_by_the_import_once_and_the_audit_has_it(
    organiser: AsyncClient, database: Database
) -> None:
    await with_bob(organiser)
    rows = table(FREED, {"slug": "bob-prisoner", "status": "exiled"})

    dry = await take_in(organiser, "prisoners", rows, "?dry_run=true")
    done = await take_in(organiser, "prisoners", rows)

    assert touched(dry) == touched(done) == [(2, "free-ada", "pause"), (3, "free-ada", "pause")]
    shown = await get(organiser, "/campaigns/free-ada")
    assert (shown["status"], shown["trouble"]) == (
        "paused",
        "ada-prisoner is released: take them out, publish again, and resume.",
    )
    paused, *_ = (await get(organiser, "/audit?kind=campaign&limit=1"))["items"]
    assert paused["changes"]["status"] == {"from": "active", "to": "paused"}
    assert paused["organiser"] == "Olga Organiser"
    assert await how_many(database, "news") == 2


async def test_a_row_that_is_refused_keeps_all_from_being_paused(organiser: AsyncClient, database: Database) -> None:
    await with_bob(organiser)
    before = await everything_stored(database)
    wrong = {"slug": "bob-prisoner", "status": "escaped"}
    told = await organiser.post(f"{API}/imports/prisoners", content=table(FREED, wrong))
    problem(told, 422, pointer="/rows/3/status")
    assert await everything_stored(database) == before

    kept = await take_in(organiser, "prisoners", table(FREED, wrong), "?keep_going=true")
    assert (counts(kept), touched(kept)) == ({"updated": 1, "refused": 1}, [(2, "free-ada", "pause")])
    assert (await get(organiser, "/campaigns/free-ada"))["status"] == "paused"


async def test_consent_that_an_import_withdraws_hides_the_campaign_and_tells_where_its_words_name_the_person(
    organiser: AsyncClient, client: AsyncClient
) -> None:
    await published(organiser)
    dry = await take_in(organiser, "prisoners", table({"slug": "ada-prisoner", "consent": "withdrawn"}), "?dry_run=1")
    assert "/title/en" in dry["rows"][0]["campaigns"][0]["still_named_in"]
    await get(client, "/campaigns/free-ada")

    await take_in(organiser, "prisoners", table({"slug": "ada-prisoner", "consent": "withdrawn"}))

    problem(await client.get(f"{API}/campaigns/free-ada"), 404)


async def test_a_row_that_says_no_status_leaves_what_events_and_hands_have_said(organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner())
    sentence = {"kind": "sentence", "happened_on": "2024"}
    told = await post(organiser, "/prisoners/ada-prisoner/events", sentence)
    assert told["status"] == "convicted"
    again = {"slug": "ada-prisoner", "name": "Ada Prisoner", "status": "convicted"}
    assert counts(await take_in(organiser, "prisoners", table(again))) == {"unchanged": 1}
    (event,) = (await get(organiser, "/prisoners/ada-prisoner/events"))["items"]
    await organiser.delete(f"{API}/prisoners/ada-prisoner/events/{event['id']}")
    assert (await get(organiser, "/prisoners/ada-prisoner"))["status"] == "detained"


async def test_somebody_arrested_again_is_no_touch_where_nothing_runs(organiser: AsyncClient) -> None:
    await published(organiser)
    await patch(organiser, "/prisoners/ada-prisoner", status="released")
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    back = await take_in(organiser, "prisoners", table({"slug": "ada-prisoner", "status": "detained"}))
    assert (counts(back), touched(back)) == ({"updated": 1}, [])


@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_the_command_tells_the_same(unsilenced: Unsilenced, home: Path, flag: list[str]) -> None:
    unsilenced("migrate")
    unsilenced("demo")
    (home / "freed.csv").write_bytes(table({"slug": "rocio-san-miguel", "status": "released"}))

    told = unsilenced("import", "prisoners", "freed.csv", "--dry-run", *flag)

    assert told.code == 0, told.err
    if flag:
        assert touched(json.loads(told.out)) == [(2, "rocio-san-miguel", "stop_and_thank")]
    else:
        assert "Row 2 (rocio-san-miguel) touches rocio-san-miguel (active). Letters about this person" in told.out
