"""The database goes away under the service, and comes back."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import AsyncClient

from app import schema
from app.config import Settings
from app.database import Database
from app.delivery.worker import Worker
from app.services.sealing import ENDORSE, PREVIEW, RECEIPT, UNSUBSCRIBE, Keys
from tests.conftest import SECRET
from tests.delivery.steps import OFFICE, queue, the_delivery, the_letter
from tests.factories import API, published, submission
from tests.postgres import Server, own_server
from tests.relay import Relay
from tests.steps import LETTERS, problem, until

BRIEF = 2.0  # seconds of a lease
PURPOSES = (RECEIPT, UNSUBSCRIBE, ENDORSE, PREVIEW)


@pytest.fixture
def server() -> Iterator[Server]:
    with own_server([]) as running:
        yield running


@pytest.fixture
async def database_url(server: Server) -> str:
    database = Database(server.url)
    await schema.migrate(database)
    await database.close()
    return server.url


@pytest.fixture
def settings(database_url: str, relay: Relay, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=database_url,
        smtp_url=relay.url,
        secret_key=SECRET,
        worker=False,
        lease_time=BRIEF,
        pacing=False,
        mailbox=tmp_path,
    )


async def test_while_postgresql_is_away_everybody_is_asked_to_come_again_and_then_served(
    server: Server, client: AsyncClient
) -> None:
    assert (await client.get(f"{API}/campaigns")).status_code == 200

    server.crash()
    for _ in range(2):  # with connections that are kept, and then without
        away = [await client.get(f"{API}/campaigns"), await client.post(API + LETTERS, json=submission())]
        for answer in away:
            problem(answer, 503)
            assert answer.headers["retry-after"]
    server.launch()
    server.wait_until_ready()

    assert (await client.get(f"{API}/campaigns")).status_code == 200


async def test_while_postgresql_is_away_people_read_so_on_a_page_in_their_language(
    server: Server, client: AsyncClient
) -> None:
    link, ending, signing, preview = (Keys(SECRET).token_for(uuid.uuid4(), purpose=each) for each in PURPOSES)
    page, others = f"/confirm/{link}", [f"/unsubscribe/{ending}", f"/endorse/{signing}"]
    asked = [("GET", each) for each in [page, *others, f"/preview/{preview}"]]
    asked += [("POST", each) for each in [page, *others, f"{page}/cancel", f"{page}/erase"]]
    spoken = {"": "en", "pt-BR, xx;q=1": "en", "en;q=0.3, fr-CA;q=0.9, de;q=0": "fr", "be": "be"}

    server.crash()

    for method, path in asked:
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, "2"), f"{method} {path}"
        assert "Nothing is lost, and nothing is sent twice." in answer.text
    for accepted, language in spoken.items():
        answer = await client.get(page, headers={"Accept-Language": accepted})
        assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")
        assert f'<html lang="{language}">' in answer.text
    answer = await client.post(f"{page}?language=de", headers={"Accept-Language": "fr"})
    assert "nichts wird doppelt verschickt" in answer.text
    paper = f"{API}/receipts/{link}/letters/{uuid.uuid4()}.txt"
    assert "Nothing is lost" in (await client.get(paper, headers={"Accept": "text/html,*/*;q=0.8"})).text
    problem(await client.get(paper), 503)


async def test_what_left_while_postgresql_was_away_is_written_down_before_anything_is_claimed_again(  # noqa: PLR0917 - fixtures
    server: Server,
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.hold()
    stopping = asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    await relay.texts_held()

    server.crash()
    relay.go_on()
    await until(lambda: "the database does not answer" in caplog.text)
    server.launch()
    server.wait_until_ready()
    await until(lambda: not worker.in_hand)
    stopping.set()
    await running

    assert (await the_letter(database)).stage == "sent"
    assert (await the_delivery(database)).attempts == 1
    assert len(relay.to(OFFICE)) == 1
