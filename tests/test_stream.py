"""Live numbers: many readers, one look at the database, and nobody holds up the end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response, TransportError
from sqlalchemy import event
from sqlmodel import select

from app.database import Database
from app.models.campaign import Campaign
from app.services.counting import tally
from app.services.numbers.watching import Watch
from app.services.team import organisers
from bench.service import free_port
from tests.conftest import SECRET, on_one_database
from tests.factories import API, published
from tests.steps import problem, write

STREAM = f"{API}/campaigns/free-ada/stats/stream"
PATIENCE = 60.0  # seconds for another process to get somewhere
READERS = 20


async def campaign_in(database: Database) -> Campaign:
    async with database.reading() as session:
        return (await session.exec(select(Campaign))).one()


async def test_where_there_is_no_campaign_there_is_nothing_to_watch(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    problem(await client.get(STREAM), 404)


async def test_readers_beyond_what_a_process_can_bear_come_again_later(
    app: FastAPI, client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    app.state.watch = Watch(database, most=0)
    refused = await client.get(STREAM)
    problem(refused, 503)
    assert refused.headers["retry-after"]


async def test_a_thousand_readers_cost_one_look_at_a_time(organiser: AsyncClient, database: Database) -> None:
    await published(organiser)
    campaign = await campaign_in(database)
    watch = Watch(database, every=0.2)
    looks: list[object] = []
    event.listen(database.engine.sync_engine, "checkout", lambda *_: looks.append(_))
    first, second = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def read() -> list[int]:
        found: list[int] = []
        async with aclosing(watch.follow(campaign.id)) as numbers:
            async for text in numbers:
                if text is None:  # a silence
                    continue
                found.append(json.loads(text)["supporters"])
                (first if len(found) == 1 else second).release()
                if len(found) == 2:
                    break
        return found

    began = time.monotonic()
    readers = [asyncio.create_task(read()) for _ in range(1_000)]
    for _ in readers:
        await asyncio.wait_for(first.acquire(), PATIENCE)
    async with database.transaction() as session:
        tally.note_person(session, campaign.id, "DE", date(2026, 11, 1))
    assert await asyncio.wait_for(asyncio.gather(*readers), PATIENCE) == [[0, 1]] * 1_000
    assert len(looks) <= (time.monotonic() - began) / 0.2 + 3

    await asyncio.wait_for(watch.close(), PATIENCE)
    assert watch._looking == set()


async def test_who_comes_late_gets_the_newest_numbers_at_once(organiser: AsyncClient, database: Database) -> None:
    await published(organiser)
    watch = Watch(database, every=PATIENCE)
    async with aclosing(watch.follow((await campaign_in(database)).id)) as early:
        await anext(early)
        async with aclosing(watch.follow((await campaign_in(database)).id)) as late:
            assert await asyncio.wait_for(anext(late), PATIENCE / 2)
    await asyncio.wait_for(watch.close(), PATIENCE / 2)


class Service(NamedTuple):
    process: subprocess.Popen[bytes]
    url: str
    log: Path


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """`unsilenced serve`, in a process of its own."""
    port, log = free_port(), tmp_path / "output"
    settings = {"DATABASE_URL": database_url, "SMTP_URL": "smtp://127.0.0.1:9", "SECRET_KEY": SECRET}
    settings["GRACE"] = "3600"  # seconds: when it is told to stop, it goes by itself
    environment = os.environ | {f"UNSILENCED_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--no-worker", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own words
        try:
            yield Service(process, f"http://127.0.0.1:{port}", log)
        finally:
            process.kill()
            process.wait()


async def ready(client: AsyncClient, service: Service) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert service.process.poll() is None, service.log.read_text()
        try:
            if (await client.get("/health/ready")).is_success:
                return
        except TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError("it never came")


async def events(answer: Response) -> AsyncIterator[Any]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


@on_one_database
async def test_readers_see_letters_come_and_are_let_go_when_the_service_stops(
    service: Service, database: Database
) -> None:
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Committee", name="Olga Organiser")
    seen, ended = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def watch(client: AsyncClient) -> None:
        async with client.stream("GET", STREAM) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            async for stats in events(answer):
                if (stats["supporters"], stats["letters"]["queued"]) in {(0, 0), (1, 2)}:
                    seen.release()
        ended.release()

    async with AsyncClient(
        base_url=service.url, timeout=PATIENCE, headers={"Authorization": f"Bearer {key}"}
    ) as client:
        await ready(client, service)
        await published(client)
        async with asyncio.TaskGroup() as readers:
            for _ in range(READERS):
                readers.create_task(watch(client))
            for _ in range(READERS):
                await asyncio.wait_for(seen.acquire(), PATIENCE)
            await write(client)
            for _ in range(READERS):
                await asyncio.wait_for(seen.acquire(), PATIENCE)
            service.process.send_signal(signal.SIGTERM)
            for _ in range(READERS):
                await asyncio.wait_for(ended.acquire(), PATIENCE)
    assert await asyncio.to_thread(service.process.wait, PATIENCE) == 0
    assert "Traceback" not in service.log.read_text()
