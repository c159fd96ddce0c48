"""What organisers should look at: facts nobody checked for long, addresses that died, days that come."""

import uuid
from datetime import UTC, date, datetime, timedelta

from httpx import AsyncClient

from tests.factories import API, office, post, prisoner
from tests.routers.test_campaigns import walk
from tests.steps import get, problem

TODAY = datetime.now(UTC).date()


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


async def slugs(organiser: AsyncClient, query: str = "") -> list[str]:
    return [each["slug"] for each in (await get(organiser, f"/checks/prisoners{query}"))["items"]]


async def test_old_facts_are_listed_until_they_are_marked_as_verified(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    for slug, verified_on in (("never", None), ("old", ago(91)), ("fresh", ago(90))):
        await post(organiser, "/prisoners", prisoner(slug=slug, verified_on=verified_on))
    await post(organiser, "/prisoners", prisoner(slug="free", status="released"))
    one = (await post(organiser, "/officials", office()))["id"]
    assert await slugs(organiser) == ["never", "old"]
    assert await slugs(organiser, "?days=10") == ["never", "old", "fresh"]
    assert [each["holder"] for each in (await get(organiser, "/checks/offices"))["items"]] == ["Pavel Prosecutor"]
    assert await slugs(stranger) == []
    problem(await client.get(f"{API}/checks/prisoners"), 401)

    path = f"{API}/checks/verified"
    wrong = {"prisoners": ["old", "nobody"], "offices": [one, str(uuid.uuid4())]}
    told = problem(await organiser.post(path, json=wrong), 422, pointer="/prisoners/1")
    assert [each["pointer"] for each in told["errors"]] == ["/prisoners/1", "/offices/1"]
    problem(await organiser.post(path, json={"verified_on": ago(-1)}), 422, pointer="/verified_on")
    problem(await stranger.post(path, json={"prisoners": ["old"]}), 422)
    assert await slugs(organiser) == ["never", "old"]

    answer = await post(organiser, "/checks/verified", {"prisoners": ["never", "old"], "offices": [one]}, status=200)
    assert answer == {"prisoners": 2, "offices": 1, "verified_on": TODAY.isoformat()}
    assert await slugs(organiser) == []
    assert (await get(organiser, "/checks/offices"))["items"] == []
    assert (await get(client, "/prisoners/old"))["verified_on"] == TODAY.isoformat()


async def test_pages_show_each_once(organiser: AsyncClient) -> None:
    for n in range(3):
        await post(organiser, "/prisoners", prisoner(slug=f"p{n}", born_on=f"1980-01-{n + 1:02}"))
    assert await walk(organiser, "/checks/prisoners?limit=1") == ["p0", "p1", "p2"]
    all_year = "/checks/anniversaries?days=366"
    at_once = [each["id"] for each in (await get(organiser, all_year))["items"]]
    assert len(at_once) >= 3
    assert await walk(organiser, f"{all_year}&limit=1") == at_once


async def test_dead_addresses_are_listed_with_the_one_that_is_used(organiser: AsyncClient) -> None:
    dead, live = {"address": "old@by.example.org", "dead": True, "why": "550"}, {"address": "new@by.example.org"}
    await post(organiser, "/officials", office())
    two = await post(organiser, "/officials", office(emails=[dead, live]))
    none = await post(organiser, "/officials", office(emails=[dead]))
    shown = (await get(organiser, "/checks/addresses"))["items"]
    assert [(each["id"], each["next"]) for each in shown] == [(two["id"], "new@by.example.org"), (none["id"], None)]
    assert shown[0]["dead"] == [dead]


async def test_days_ahead_come_in_order_and_not_of_the_free(organiser: AsyncClient, stranger: AsyncClient) -> None:
    in_a_week = TODAY + timedelta(days=7)
    born = date(1980, in_a_week.month, min(in_a_week.day, 28)).isoformat()
    await post(organiser, "/prisoners", prisoner(slug="one", born_on=born, detained_on=ago(997)))
    await post(organiser, "/prisoners", prisoner(slug="two", born_on="1980"))
    await post(organiser, "/prisoners/two/events", {"kind": "arrest", "happened_on": ago(995)})
    await post(organiser, "/prisoners", prisoner(slug="free", born_on=born, status="released"))

    shown = (await get(organiser, "/checks/anniversaries?days=8"))["items"]

    assert [(each["prisoner"], each["occasion"]) for each in shown if each["occasion"] == "days_in_prison"] == [
        ("one", "days_in_prison"),
        ("two", "days_in_prison"),
    ]
    assert [each["on"] for each in shown] == sorted(each["on"] for each in shown)
    assert {each["number"] for each in shown if each["occasion"] == "days_in_prison"} == {1_000}
    assert "free" not in {each["prisoner"] for each in shown}
    assert (await get(stranger, "/checks/anniversaries"))["items"] == []
    problem(await organiser.get(f"{API}/checks/anniversaries?days=367"), 422, pointer="?days")
