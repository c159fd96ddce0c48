"""Consent to publicity is withdrawn: no public address says the name any more, by no way, from that answer on."""

import asyncio
import re
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from httpx import AsyncClient, Response

from app.config import Settings
from app.database import Database
from app.delivery.worker import Worker
from app.services.sealing import UNSUBSCRIBE
from tests.factories import API, draft, post, prisoner, published, submission
from tests.relay import Relay
from tests.routers.test_endorsements import ENDORSEMENTS, Post, asked
from tests.steps import LETTERS, PROSECUTOR, get, hand_in, how_many, patch, problem, somebody, write
from tests.test_policies import BODIES, QUERIES, ROUTES, Route, name_of

ADA = "/prisoners/ada-prisoner"
NAMED = re.compile(r"\bada\b|призонер|\bад[аыуе]\b", re.IGNORECASE)
ENDLESS = "/stats/stream"
PUBLIC = [route for route in ROUTES if route.policies[0] is None]
READING = [route for route in PUBLIC if route.method == "GET"]
OTHERS = sorted((route for route in PUBLIC if route.method != "GET"), key=lambda route: route.method, reverse=True)


async def everything_told(client: AsyncClient, organiser: AsyncClient) -> dict[str, str]:
    """A campaign about Ada, with all that can be said of her; return what stands in paths."""
    shown = await published(organiser)
    sources = {"source_title": "Ada before the court", "source_url": "https://news.example.org/ada"}
    await post(organiser, f"{ADA}/events", {"kind": "sentence", "happened_on": "2024", "note": "Ada", **sources})
    said = {"author": "Ada's sister", "said_on": "2026-01-02", "consented_on": "2026-01-02", "text": {"en": "Ada!"}}
    await post(organiser, f"{ADA}/statements", said)
    item = {"title": "Ada", "publisher": "Example News", "published_on": "2026", "url": "https://news.example.org/ada"}
    await post(organiser, f"{ADA}/news-items", item)
    await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": "Ada is ill."}})
    answer, token = await write(client)
    return {
        "campaigns": "free-ada",
        "prisoners": "ada-prisoner",
        "office_id": shown["offices"][0],
        "letter_id": answer["letters"][0]["id"],
        "token": token,
        "kind": "curve",
        "form": "csv",
        "name": "none.eml",
    }


async def call(client: AsyncClient, route: Route, things: dict[str, str], **headers: str) -> Response:
    path = re.sub(r"\{(\w+)\}", lambda found: things[name_of(route, found[1])], route.path)
    last = route.path.rpartition("/")[2]
    body = None if route.method == "GET" else BODIES.get(last, {})
    return await client.request(route.method, path, json=body, params=QUERIES.get(last), headers=headers)


def told(answer: Response) -> str:
    return f"{answer.headers} {answer.text}"


async def test_after_a_withdrawal_no_public_address_says_the_name(
    app: FastAPI, client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient, worker: Worker, relay: Relay
) -> None:
    things = await everything_told(client, organiser)
    _, unconfirmed = await hand_in(client, supporter=somebody("kim"))
    campaign_id = await the_campaign(app)
    things["campaign_id"] = str(campaign_id)
    before = {route: await call(client, route, things) for route in READING if not route.path.endswith(ENDLESS)}
    naming = {route.path for route, answer in before.items() if NAMED.search(told(answer))}
    assert len(naming) > 15, naming
    stream = app.state.watch.follow(campaign_id)
    assert await anext(stream)

    await patch(organiser, ADA, consent="withdrawn")

    for route in READING:
        etag = before[route].headers.get("etag", '"x"') if route in before else '"x"'
        for who, headers in ((client, {}), (client, {"If-None-Match": etag}), (stranger, {})):
            answer = await call(who, route, things, **headers)
            assert not NAMED.search(told(answer)), (str(route), answer.text[:300])
            if route.path in naming:
                assert answer.status_code != 304, route
    for token in (unconfirmed, things["token"]):
        for route in [*(each for each in READING if "{token}" in each.path), *OTHERS]:
            answer = await call(client, route, things | {"token": token})
            assert not NAMED.search(told(answer)), (str(route), answer.text[:300])
    async with asyncio.timeout(60):
        assert not [text async for text in stream if text and NAMED.search(text)]
    sent = len(relay.accepted)
    await worker.drain()
    assert len(relay.accepted) == sent


async def the_campaign(app: FastAPI) -> Any:
    from sqlmodel import select  # noqa: PLC0415 - for this alone

    from app.models.campaign import Campaign  # noqa: PLC0415

    async with app.state.database.reading() as session:
        return (await session.exec(select(Campaign.id))).one()


async def test_what_names_a_person_is_kept_by_no_cache_unasked(
    app: FastAPI, client: AsyncClient, organiser: AsyncClient
) -> None:
    things = await everything_told(client, organiser)
    things["campaign_id"] = str(await the_campaign(app))
    kept = set()
    for route in READING:
        if not route.path.endswith(ENDLESS):
            answer = await call(client, route, things)
            asks = re.search("no-cache|no-store", answer.headers.get("cache-control", ""))
            if answer.is_success and NAMED.search(answer.text) and not asks:
                kept.add(route.path)
    assert kept == {"/api/v1/campaigns/{slug}/stats"}  # for two seconds, and with its own slug only


async def test_with_others_in_it_a_campaign_comes_back_once_it_is_published_without_them(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await patch(organiser, ADA, consent="withdrawn")
    assert (await client.get(f"{API}/campaigns/free-ada")).status_code == 404
    assert (await get(client, "/campaigns"))["items"] == []
    assert (await get(organiser, "/campaigns"))["items"][0]["slug"] == "free-ada"
    assert (await client.post(f"{API}/campaigns/free-ada/letters", json=submission())).status_code == 409
    assert await how_many(database, "submission") == 0

    await patch(organiser, ADA, consent="given")
    assert (await get(client, "/campaigns/free-ada"))["prisoners"][0]["slug"] == "ada-prisoner"


async def test_letters_about_another_one_stop_too_for_the_demands_may_name_both(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await draft(organiser)
    of_bob = {
        "names": {},
        "cases": {},
        "summary": {"en": "Bob is held.", "de": "Bob ist in Haft.", "ru": "Боб в тюрьме."},
    }
    await post(organiser, "/prisoners", prisoner(slug="bob-prisoner", name="Bob Prisoner", **of_bob))
    await patch(organiser, "/campaigns/free-ada", prisoners=["ada-prisoner", "bob-prisoner"])
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    await write(client, prisoner="bob-prisoner")
    await patch(organiser, ADA, consent="withdrawn")
    await patch(organiser, "/campaigns/free-ada", prisoners=["bob-prisoner"])  # and not published yet

    about_bob = submission(prisoner="bob-prisoner")
    for path in (LETTERS, f"{LETTERS}/preview"):
        problem(await client.post(API + path, json=about_bob), 409, reason="no_consent")
    await worker.drain()
    assert relay.to(PROSECUTOR) == []

    texts = {"demands": {"en": ["the immediate release of Bob Prisoner"]}, "title": {"en": "Free Bob"}}
    await patch(organiser, "/campaigns/free-ada", **texts)
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    letters = (await post(client, f"{LETTERS}/preview", about_bob, status=200))["letters"]
    assert letters
    assert not [each for each in letters if NAMED.search(each["body"])]


async def test_a_campaign_that_is_published_takes_nobody_in_without_consent(organiser: AsyncClient) -> None:
    await published(organiser)
    hidden = {"slug": "bob-prisoner", "name": "Bob", "country": "BY", "consent": "none"}
    await post(organiser, "/prisoners", hidden)
    refused = await organiser.patch(f"{API}/campaigns/free-ada", json={"prisoners": ["ada-prisoner", "bob-prisoner"]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/prisoners/1"


async def test_links_of_ones_own_say_the_name_no_more(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, settings: Settings
) -> None:
    mail = Post(worker.database, relay, settings)
    await published(organiser)
    answer, _ = await hand_in(client)
    unsubscribe = worker.keys.token_for(UUID(answer["submission_id"]), purpose=UNSUBSCRIBE)
    preview = (await post(organiser, "/campaigns/free-ada/preview-links", {"note": "the lawyer"}))["url"]
    await post(organiser, ENDORSEMENTS, asked())
    token = await mail.token()
    await post(organiser, ENDORSEMENTS, asked("Second Watch", email="late@endorser.example.org"))
    previews = preview, preview.replace("/preview/", f"{API}/previews/")
    links = f"/unsubscribe/{unsubscribe}", *previews, f"/endorse/{token}", f"{API}/endorsements/{token}"
    for link in links:
        assert NAMED.search((await client.get(link)).text), link

    await patch(organiser, ADA, consent="withdrawn")

    for link in links:
        assert not NAMED.search((await client.get(link)).text), link
    problem(await client.post(f"{API}/endorsements/{token}/sign", json={}), 409, reason="no_consent")
    relay.accepted.clear()
    await mail.deliver()
    assert relay.accepted == []
    gone = await post(client, f"/endorsements/{token}/withdraw", status=200)
    assert (gone["status"], bool(NAMED.search(str(gone)))) == ("withdrawn", False)
