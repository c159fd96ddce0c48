"""Prisoners: nobody is public without consent."""

import asyncio
from datetime import UTC, datetime, timedelta

from httpx import AsyncClient

from tests.factories import API, post, prisoner, published
from tests.routers.test_campaigns import walk
from tests.steps import get, patch, problem

PATH = f"{API}/prisoners/ada-prisoner"
EVENT = {"kind": "release", "happened_on": "2024-05-01"}


async def test_nobody_without_a_key_and_no_other_organisation_writes(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await post(organiser, "/prisoners", prisoner())
    problem(await client.post(f"{API}/prisoners", json=prisoner(slug="another")), 401)
    for visitor, status in ((client, 401), (stranger, 404)):
        problem(await visitor.patch(PATH, json={"country": "RU"}), status)
        problem(await visitor.delete(PATH), status)
        problem(await visitor.post(f"{PATH}/events", json=EVENT), status)
    assert (await get(client, "/prisoners/ada-prisoner"))["country"] == "BY"


async def test_a_prisoner_without_consent_is_seen_by_their_own_organisation_only(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    for consent in ("none", "withdrawn"):
        await post(organiser, "/prisoners", prisoner(slug=f"with-{consent}", consent=consent))
        for visitor in (client, stranger):
            problem(await visitor.get(f"{API}/prisoners/with-{consent}"), 404)
            problem(await visitor.get(f"{API}/prisoners/with-{consent}/events"), 404)
        assert (await get(organiser, f"/prisoners/with-{consent}"))["consent"] == consent
    assert (await get(client, "/prisoners"))["items"] == []


async def test_what_must_not_be_said_is_shown_to_nobody_else(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    await patch(organiser, "/prisoners/ada-prisoner", do_not_mention=["her unmentioned illness"])
    for path in ("/prisoners", "/prisoners/ada-prisoner", "/campaigns", "/campaigns/free-ada"):
        answer = await client.get(API + path)
        assert "Ada Prisoner" in answer.text
        assert "unmentioned" not in answer.text
        assert "consent" not in answer.text

    await patch(organiser, "/prisoners/ada-prisoner", consent="withdrawn")
    for path in ("/prisoners", "/campaigns", "/campaigns/free-ada"):
        assert "ada-prisoner" not in (await client.get(API + path)).text


async def test_a_prisoner_is_written_changed_and_deleted(organiser: AsyncClient) -> None:
    sources = [{"title": "Report", "publisher": "Example News", "url": "https://news.example.org/1"}]
    made = await organiser.post(f"{API}/prisoners", json=prisoner(sources=sources, born_on="1982-04"))
    assert made.status_code == 201
    problem(await organiser.post(f"{API}/prisoners", json=prisoner()), 409)

    etag = made.headers["ETag"]
    changed = await organiser.patch(PATH, json={"place": {"en": "Prison No 4"}}, headers={"If-Match": etag})
    assert changed.json()["place"] == {"en": "Prison No 4"}
    assert changed.json()["sources"][0]["url"] == sources[0]["url"]
    assert changed.headers["ETag"] != etag
    problem(await organiser.patch(PATH, json={"place": {}}, headers={"If-Match": etag}), 412)
    for name in ("name", "gender", "country", "status", "names", "cases", "summary", "sources", "consent"):
        problem(await organiser.patch(PATH, json={name: None}), 422, pointer=f"/{name}")
    for name, wrong in {"born_on": "1982-13", "country": "Belarus", "summary": {"en": "\u200b"}}.items():
        problem(await organiser.patch(PATH, json={name: wrong}), 422)

    assert (await organiser.delete(PATH)).status_code == 204
    problem(await organiser.get(PATH), 404)


async def test_of_changes_made_at_once_from_one_revision_one_is_taken(organiser: AsyncClient) -> None:
    made = await organiser.post(f"{API}/prisoners", json=prisoner())
    headers = {"If-Match": made.headers["ETag"]}
    changes = ({"place": {"en": f"Prison No {n}"}} for n in range(8))
    answers = await asyncio.gather(*(organiser.patch(PATH, json=change, headers=headers) for change in changes))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_the_newest_event_sets_the_status(client: AsyncClient, organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner())
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    problem(await organiser.post(f"{PATH}/events", json={**EVENT, "happened_on": tomorrow}), 422)

    for kind, day, status in (
        ("release", "2024-05-01", "released"),
        ("arrest", "2020", "detained"),  # learned of later, but earlier
        ("health", "2024-06", "released"),
        ("arrest", "2024-07-03", "detained"),
    ):
        told = await post(organiser, "/prisoners/ada-prisoner/events", {"kind": kind, "happened_on": day})
        assert told["status"] == (status if kind != "arrest" or day != "2020" else "released")
    events = await get(client, "/prisoners/ada-prisoner/events")
    assert [each["happened_on"] for each in events["items"]] == ["2024-07-03", "2024-06", "2024-05-01", "2020"]


async def test_somebody_a_brief_names_cannot_be_deleted(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    problem(await organiser.delete(PATH), 409)

    await post(organiser, "/prisoners", prisoner(slug="rosa-prisoner", name="Rosa Prisoner"))
    await patch(organiser, "/campaigns/free-ada", prisoners=["rosa-prisoner"])  # and not published again
    problem(await organiser.delete(PATH), 409)
    assert len((await get(client, "/campaigns/free-ada/officials?country=DE"))["items"]) == 2


async def test_pages_show_every_prisoner_once_and_filters_hold(client: AsyncClient, organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner(slug="one"))
    await post(organiser, "/prisoners", prisoner(slug="hidden", consent="none"))
    await post(organiser, "/prisoners", prisoner(slug="two", country="RU", status="released"))
    await post(organiser, "/prisoners", prisoner(slug="three", status="convicted"))

    assert await walk(client, "/prisoners?limit=1") == ["three", "two", "one"]
    assert await walk(client, "/prisoners?limit=2") == ["three", "two", "one"]
    assert await walk(client, "/prisoners?country=BY") == ["three", "one"]
    assert await walk(client, "/prisoners?status=released") == ["two"]
    problem(await client.get(f"{API}/prisoners?status=free"), 422, pointer="?status")
