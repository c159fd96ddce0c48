"""A campaign's Atom feed: that it began, its updates, and how it ended."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from httpx import AsyncClient

from tests.factories import API, campaign, post, published
from tests.steps import problem

FEED = f"{API}/campaigns/free-ada/updates.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


async def read(client: AsyncClient, query: str = "") -> Any:
    answer = await client.get(FEED + query)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.text)  # noqa: S314 - as above


def titles(feed: Any) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]


async def test_a_draft_has_no_feed(client: AsyncClient, organiser: AsyncClient) -> None:
    await post(organiser, "/campaigns", campaign(prisoners=[]))
    problem(await client.get(FEED), 404)


async def test_a_feed_tells_the_beginning_and_the_outcome(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser, summary={"en": "Free <b>Ada</b> & all", "de": "x y", "ru": "а б"})
    began = await read(client)
    assert titles(began) == ["The campaign has begun"]
    assert began.find(f"{ATOM}entry").findtext(f"{ATOM}content") == "Free <b>Ada</b> & all"
    assert began.findtext(f"{ATOM}author/{ATOM}name") == "Committee"

    await post(organiser, "/campaigns/free-ada/publish", status=200)  # another brief is no news
    outcome = {"outcome": "won", "note": {"en": "Ada is free.", "de": "Ada ist frei."}}
    await post(organiser, "/campaigns/free-ada/close", outcome, status=200)
    ended = await read(client, "?language=de")
    assert titles(ended) == ["Die Kampagne ist beendet: gewonnen", "Die Kampagne hat begonnen"]
    assert ended.find(f"{ATOM}entry").findtext(f"{ATOM}content") == "Ada ist frei."
    assert ended.findtext(f"{ATOM}updated") == ended.find(f"{ATOM}entry").findtext(f"{ATOM}updated")
    ids = [each.text for each in ended.iter(f"{ATOM}id")]
    assert len(set(ids)) == 3
    assert began.find(f"{ATOM}entry").findtext(f"{ATOM}id") in ids


async def test_updates_stand_in_the_feed_newest_first_in_the_language_asked_for(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)
    long = "Ada was moved to another prison, where her family may not visit her, and where it is cold & dark in winter."
    await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": "Ada is ill.", "de": "Ada ist krank."}})
    await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": long}})
    newest, older, _ = titles(await read(client))
    assert (newest[:30], newest[-2:], older) == (long[:30], " …", "Ada is ill.")
    assert titles(await read(client, "?language=de"))[1] == "Ada ist krank."
    assert (await read(client)).find(f"{ATOM}entry").findtext(f"{ATOM}content") == long


@pytest.mark.parametrize("known", ['"{tag}"', 'W/"{tag}"', "*"])
async def test_a_feed_that_has_not_changed_is_not_sent_again(
    client: AsyncClient, organiser: AsyncClient, known: str
) -> None:
    await published(organiser)
    first = await client.get(FEED)
    tag = first.headers["etag"].strip('"')
    again = await client.get(FEED, headers={"If-None-Match": known.format(tag=tag)})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(FEED, headers={"If-None-Match": '"other"'})).status_code == 200
