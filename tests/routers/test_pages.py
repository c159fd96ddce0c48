"""The page behind the link in a supporter's mail."""

import re

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.delivery.worker import Worker
from app.rooms import back
from app.routers import pages, refusals
from tests.factories import post, published
from tests.relay import Relay
from tests.routers.test_letters import forgeries
from tests.steps import SAM, hand_in, patch, receipt, stages, stats, token_in_mail


async def test_a_link_that_is_not_known_gets_a_page_that_says_so(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    for forged in [*forgeries(token), "A" * 101, "%3Cscript%3Ealert(1)"]:
        for answer in (await client.get(f"/confirm/{forged}"), await client.post(f"/confirm/{forged}")):
            assert answer.status_code == 404, forged
            assert answer.headers["content-type"].startswith("text/html")
            assert "alert(1)" not in answer.text
            assert answer.headers["referrer-policy"] == "no-referrer"
    assert stages(await receipt(client, token)) == [("unconfirmed", None)] * 2


async def test_looking_changes_nothing_and_the_button_confirms(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await hand_in(client)
    token = await token_in_mail(worker, relay)
    for _ in range(2):
        page = await client.get(f"/confirm/{token}")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["cache-control"] == "no-store"
    await client.head(f"/confirm/{token}")
    assert stages(await receipt(client, token)) == [("unconfirmed", None)] * 2

    form = re.search(r'<form method="post" action="([^"]+)">', page.text)
    assert form
    done = await client.post(form[1], data={}, follow_redirects=True)
    assert done.status_code == 200
    assert "Thank you" in done.text
    assert form[0] not in done.text
    assert stages(await receipt(client, token)) == [("queued", None)] * 2
    again = await client.post(form[1], follow_redirects=True)
    await worker.drain()
    assert again.status_code == 200
    assert (await stats(client))["letters_sent"] == 2


async def test_the_page_speaks_the_supporters_language_and_escapes_what_it_shows(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser, title={"en": "Free <b>Ada</b> & all", "de": "Freiheit für Ada", "ru": "Свободу Аде"})
    for language, words in {
        "de": "Freiheit für Ada",
        "ru": "Свободу Аде",
        "en": "Free &lt;b&gt;Ada",
        "fr": "Free &lt;b",  # the campaign has no French title, the page has French words
        "it": "Free &lt;b",  # nor has the page Italian ones
    }.items():
        _, token = await hand_in(client, language=language)
        page = (await client.get(f"/confirm/{token}")).text
        assert words in page
        assert f'<html lang="{language if language != "it" else "en"}">' in page
        assert SAM not in page
        assert "Sam Supporter" not in page


async def test_the_page_tells_why_nothing_can_be_sent(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    await patch(organiser, "/prisoners/ada-prisoner", status="released")
    refused = await client.post(f"/confirm/{token}")
    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("text/html")
    assert "no longer true" in refused.text
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    assert "campaign is closed" in (await client.post(f"/confirm/{token}")).text


async def test_no_refusal_of_a_page_is_told_in_json(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    link = f"/confirm/{token}"
    refused = {
        "/confirm/": 404,
        f"{link}/cancel": 405,  # as of a page that is opened once more
        f"{link}/nowhere": 404,
        f"/preview/{'A' * 200}": 422,
        f"/preview/{'A' * 43}": 404,
    }
    for path, status in refused.items():
        answer = await client.get(path, headers={"Accept-Language": "de"})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert "Bitte öffnen Sie den Link noch einmal" in answer.text
    assert (await client.get(f"{link}/cancel")).headers["allow"] == "POST"


async def test_a_page_tells_of_a_fault_of_ours_too(app: FastAPI) -> None:
    del app.state.keys
    async with AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://test") as client:
        answer = await client.get("/confirm/x", headers={"Accept-Language": "es"})
    assert answer.status_code == 500
    assert "El error es nuestro" in answer.text


async def test_a_pages_buttons_say_its_language(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    _, token = await hand_in(client, language="fr")
    assert f'action="/confirm/{token}?language=fr"' in (await client.get(f"/confirm/{token}")).text


def test_every_room_of_pages_is_one_where_people_read() -> None:
    rooms = [room.router.prefix for room in (pages, *back.PAGES) if room.router.prefix]
    assert [prefix for prefix in rooms if not refusals.PAGES.match(prefix)] == []
    assert len(rooms) == 5
