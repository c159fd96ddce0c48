"""The line: one supporter's letters, from the preview to the count."""

import re

from httpx import AsyncClient

from app.delivery.worker import Worker
from tests.factories import API, PARAGRAPH, post, published, submission
from tests.relay import Relay

SAM = "sam@supporter.example.org"


async def hand_in(
    client: AsyncClient, worker: Worker, relay: Relay, **overrides: object
) -> tuple[dict[str, object], str]:
    """Hand letters in, deliver the notice, and return the answer with the token from the newest notice."""
    answer = await post(client, "/campaigns/free-ada/letters", submission(**overrides), status=202)
    await worker.drain()
    notice = relay.to(SAM)[-1].body
    found = re.search(r"/confirm/(\S+)$", notice, re.MULTILINE)
    assert found
    return answer, found[1]


async def stats(client: AsyncClient) -> dict[str, object]:
    return dict((await client.get(f"{API}/campaigns/free-ada/stats")).json())


async def test_what_is_previewed_is_what_leaves(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    preview = await post(client, "/campaigns/free-ada/letters/preview", submission(), status=200)

    _, token = await hand_in(client, worker, relay)
    await post(client, f"/confirmations/{token}", status=200)
    await worker.drain()

    (letter,) = relay.to("prosecutor@by.example.org")
    assert letter.body.replace("\r\n", "\n") == preview["letters"][0]["body"]
    assert letter.subject == preview["letters"][0]["subject"]
    assert PARAGRAPH in letter.body


async def test_nothing_leaves_before_it_is_confirmed(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    _, token = await hand_in(client, worker, relay)

    page = await client.get(f"/confirm/{token}")
    await worker.drain()

    assert page.status_code == 200
    assert [mail.to for mail in relay.accepted] == [SAM]
