"""OSDI: links lead from the entry point to every letter, and nobody is named."""

from typing import Any

from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.services.team import organisers
from tests.factories import campaign, post, published
from tests.steps import SAM, problem, somebody, write

ROOT = "http://127.0.0.1:8000"


async def hal(client: AsyncClient, url: str, **options: Any) -> Any:
    """Follow a link of the service's own."""
    answer = await client.get(url.removeprefix(ROOT), **options)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/hal+json"
    return answer.json()


async def outreaches_url(client: AsyncClient) -> str:
    entry = await hal(client, "/osdi")
    listed = await hal(client, entry["_links"]["osdi:advocacy_campaigns"]["href"])
    (shown,) = listed["_embedded"]["osdi:advocacy_campaigns"]
    url: str = (await hal(client, shown["_links"]["self"]["href"]))["_links"]["osdi:outreaches"]["href"]
    return url


async def test_letters_are_for_organisers_of_the_campaign(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    made = await published(organiser)
    url = (await outreaches_url(client)).removeprefix(ROOT)
    problem(await client.get(url), 401)
    problem(await client.get(url, headers={"OSDI-API-Token": "uns_wrong"}), 401)
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Others", name="Otto Other")
    problem(await client.get(url, headers={"OSDI-API-Token": key}), 404)
    problem(await organiser.get(url + "?per_page=101"), 422, pointer="?per_page")
    problem(await organiser.get(url + "?after=first"), 422, pointer="?after")
    problem(await client.get("/osdi/advocacy_campaigns?page=0"), 422, pointer="?page")
    problem(await client.get(f"/osdi/advocacy_campaigns/{made['brief_id']}"), 404)
    problem(await client.post("/osdi/advocacy_campaigns", json={}), 405)


async def test_drafts_are_not_listed(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    draft = await post(organiser, "/campaigns", campaign(slug="other", prisoners=[]))
    listed = await hal(client, "/osdi/advocacy_campaigns")
    assert draft["status"] == "draft"
    assert (listed["total_records"], listed["total_pages"], listed["page"]) == (1, 1, 1)
    assert {"next", "previous"}.isdisjoint(listed["_links"])


async def test_every_letter_is_found_by_following_links_and_names_nobody(
    client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    for name in ("one", "two"):
        await write(client, supporter=somebody(name))
    await write(client)
    await worker.drain()
    url = await outreaches_url(client)
    found: list[Any] = []
    while url:
        page = await hal(organiser, url + ("" if "per_page" in url else "?per_page=4"))
        assert all(each not in str(page) for each in (SAM, "@", " Supporter", "Berlin"))
        assert page["total_records"] == 6
        found += page["_embedded"]["osdi:outreaches"]
        url = page["_links"].get("next", {}).get("href")
    assert len({each["identifiers"][0] for each in found}) == 6
    assert {each["targets"][0]["title"] for each in found} == {"Prosecutor General", "Ambassador to Germany"}
    assert {(each["type"], each["unsilenced:status"]) for each in found} == {("email", "sent")}
    shown = (await hal(client, "/osdi/advocacy_campaigns"))["_embedded"]["osdi:advocacy_campaigns"][0]
    assert (shown["total_outreaches"], shown["unsilenced:letters_sent"], shown["title"]) == (6, 6, "Free Ada")
