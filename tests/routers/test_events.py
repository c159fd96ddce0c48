"""What happens to a prisoner: tried before it is saved, done at once, put right."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from tests.conftest import on_one_database
from tests.factories import API, draft, post, prisoner, published, submission
from tests.relay import Relay
from tests.routers.test_campaigns import walk
from tests.steps import LETTERS, get, hand_in, how_many, patch, problem, somebody, stats, write

ADA = "/prisoners/ada-prisoner"
RELEASE = {"kind": "release", "happened_on": "2026-11-20", "source_title": "Example News"}


async def events(organiser: AsyncClient) -> list[Any]:
    return list((await get(organiser, f"{ADA}/events"))["items"])


async def foretold(organiser: AsyncClient, event: dict[str, Any]) -> Any:
    return await post(organiser, f"{ADA}/events?dry_run=true", event, status=200)


@on_one_database
@pytest.mark.parametrize(
    ("event", "pointer"),
    [
        ({"kind": "release", "happened_on": "2019-05-01"}, "/happened_on"),
        ({"kind": "amnesty", "happened_on": "2019"}, "/happened_on"),
        ({"kind": "arrest", "happened_on": "2999"}, "/happened_on"),
        ({"kind": "arrest", "happened_on": "2024-02-30"}, "/happened_on"),
        ({"kind": "arrest", "happened_on": "2024", "source_url": "http://news.example.org/"}, "/source_url"),
        ({"kind": "arrest", "happened_on": "2024", "source_url": "javascript:alert(1)"}, "/source_url"),
        ({"kind": "escape", "happened_on": "2024"}, "/kind"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_changes(
    organiser: AsyncClient, event: dict[str, Any], pointer: str
) -> None:
    await post(organiser, "/prisoners", prisoner())
    await post(organiser, f"{ADA}/events", {"kind": "arrest", "happened_on": "2020-02-03"})
    before = await get(organiser, ADA)
    for path in (f"{ADA}/events", f"{ADA}/events?dry_run=true"):
        problem(await organiser.post(API + path, json=event), 422, pointer=pointer)
    assert await get(organiser, ADA) == before
    assert len(await events(organiser)) == 1


async def test_tomorrow_has_not_happened_and_a_correction_is_held_to_the_same_rules(organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner(detained_on="2020-02-03"))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    early = {"kind": "release", "happened_on": "2020-02-02"}
    problem(await organiser.post(f"{API}{ADA}/events", json=early), 422, pointer="/happened_on")
    await post(organiser, f"{ADA}/events", RELEASE)
    path = f"{API}{ADA}/events/{(await events(organiser))[0]['id']}"
    for wrong in (tomorrow, "2020-02-02", None):
        problem(await organiser.patch(path, json={"happened_on": wrong}), 422, pointer="/happened_on")
    assert (await events(organiser))[0]["happened_on"] == "2026-11-20"


async def test_a_release_tells_what_it_will_do_and_then_does_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await write(client)
    await hand_in(client, supporter=somebody("kim"))

    told = await foretold(organiser, RELEASE)

    assert (told["saved"], told["status_before"], told["status"]) == (False, "detained", "released")
    (touched,) = told["campaigns"]
    assert (touched["campaign"], touched["effect"]) == ("free-ada", "stop_and_thank")
    assert touched["letters"] == {"queued": 2, "unconfirmed": 2}
    assert touched["notices"] == 1
    assert await how_many(database, "news") == 0
    assert (await get(organiser, ADA))["status"] == "detained"
    assert await events(organiser) == []

    assert (await post(organiser, f"{ADA}/events", RELEASE))["status"] == "released"
    assert (await events(organiser))[0]["source_title"] == "Example News"
    await worker.drain()
    assert relay.to("prosecutor@by.example.org") == []
    assert (await stats(client))["letters"]["cancelled"] == 2
    assert any("Ada" in mail.body for mail in relay.to("sam@supporter.example.org"))


async def test_of_several_one_is_released_and_the_campaign_pauses(client: AsyncClient, organiser: AsyncClient) -> None:
    await draft(organiser)
    await post(organiser, "/prisoners", prisoner(slug="bob-prisoner", name="Bob Prisoner"))
    await patch(organiser, "/campaigns/free-ada", prisoners=["ada-prisoner", "bob-prisoner"])
    await post(organiser, "/campaigns/free-ada/publish", status=200)

    assert (await foretold(organiser, RELEASE))["campaigns"][0]["effect"] == "pause"
    assert (await get(client, "/campaigns/free-ada"))["status"] == "active"
    await post(organiser, f"{ADA}/events", RELEASE)

    shown = await get(organiser, "/campaigns/free-ada")
    assert shown["status"] == "paused"
    assert "ada-prisoner is released" in shown["trouble"]
    back = await organiser.delete(f"{API}{ADA}/events/{(await events(organiser))[0]['id']}?dry_run=true")
    assert "free-ada stays paused until you resume it." in back.json()["cannot_undo"]


async def test_other_events_tell_what_they_do(organiser: AsyncClient) -> None:
    await published(organiser)
    for kind, effect in (("health", "new_brief"), ("sentence", "publish_again"), ("transfer", "nothing")):
        told = await foretold(organiser, {"kind": kind, "happened_on": "2026-11"})
        assert [each["effect"] for each in told["campaigns"]] == [effect]
    told = await organiser.patch(f"{API}{ADA}?dry_run=true", json={"consent": "withdrawn"})
    assert told.json()["campaigns"][0]["effect"] == "stop"
    assert (await get(organiser, ADA))["consent"] == "by_family"


async def test_a_wrong_release_is_taken_back_and_letters_go_on(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await patch(organiser, ADA, status="convicted")
    await write(client)
    await post(organiser, f"{ADA}/events", RELEASE)
    path = f"{API}{ADA}/events/{(await events(organiser))[0]['id']}"

    tried = (await organiser.delete(f"{path}?dry_run=true")).json()
    assert (tried["saved"], tried["status"], tried["cannot_undo"]) == (False, "convicted", [])
    assert tried["campaigns"][0]["effect"] == "go_on"
    done = (await organiser.delete(path)).json()

    assert (done["saved"], done["status"]) == (True, "convicted")
    assert (await get(client, ADA))["status"] == "convicted"
    await worker.drain()
    assert len(relay.to("prosecutor@by.example.org")) == 1
    assert not [mail for mail in relay.to("sam@supporter.example.org") if "released" in mail.body]
    problem(await organiser.delete(path), 404)


async def test_what_cannot_be_undone_is_said(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await write(client)
    await post(organiser, f"{ADA}/events", RELEASE)
    await worker.drain()
    path = f"{API}{ADA}/events/{(await events(organiser))[0]['id']}"

    done = (await organiser.patch(path, json={"kind": "transfer"})).json()

    assert done["status"] == "detained"
    assert done["cannot_undo"] == ["Letters that were cancelled, and stay so: 2.", "Supporters who have been told: 1."]
    assert (await post(client, f"{LETTERS}/preview", submission(), status=200))["letters"]


async def test_the_status_is_the_same_whatever_the_order_of_entering(organiser: AsyncClient) -> None:
    life = [("arrest", "2020"), ("charge", "2020-03"), ("sentence", "2021-06-01"), ("amnesty", "2023-07")]
    for n, order in enumerate(([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [3, 0, 1, 2])):
        await post(organiser, "/prisoners", prisoner(slug=f"p{n}"))
        for kind, day in (life[each] for each in order):
            shown = await post(organiser, f"/prisoners/p{n}/events", {"kind": kind, "happened_on": day})
        assert shown["status"] == "released", order


async def test_an_event_that_is_not_the_newest_leaves_what_was_said_by_hand(organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner())
    await post(organiser, f"{ADA}/events", {"kind": "arrest", "happened_on": "2020"})
    await patch(organiser, ADA, status="house_arrest")
    for kind, day in (("charge", "2019"), ("health", "2026-01")):
        await post(organiser, f"{ADA}/events", {"kind": kind, "happened_on": day})
    assert (await get(organiser, ADA))["status"] == "house_arrest"
    await post(organiser, f"{ADA}/events", {"kind": "sentence", "happened_on": "2026-02"})
    assert (await get(organiser, ADA))["status"] == "convicted"


async def test_events_are_listed_page_by_page_the_newest_first_also_those_of_one_day(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await post(organiser, "/prisoners", prisoner())
    days = ["2024-03-05", "2024", "2024-03", "2024-03-05", "2023-12-31", "2024-03-05", "2025"]
    for day in days:
        await post(organiser, f"{ADA}/events", {"kind": "transfer", "happened_on": day})
    everything = await events(organiser)
    assert [each["happened_on"] for each in everything] == sorted(days, reverse=True)
    for limit in (1, 2, 3, 7):
        assert await walk(client, f"{ADA}/events?limit={limit}") == [each["id"] for each in everything]
    problem(await client.get(f"{API}{ADA}/events?cursor=nonsense"), 422, pointer="?cursor")
