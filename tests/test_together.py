"""Two processes that serve and two that deliver, on one PostgreSQL: from outside they are one service."""

import asyncio
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from app.config import Settings
from app.database import Database
from app.services.sealing import Keys
from bench.service import free_port
from tests.conftest import SECRET
from tests.factories import API, published, submission
from tests.relay import Relay
from tests.steps import EMBASSY, LETTERS, PROSECUTOR, differences, how_many, somebody

COMMAND = Path(sys.executable).parent / "unsilenced"
PATIENCE = 60.0  # seconds for other processes to get somewhere
HOURLY = 3_600  # letters to an office: one a second
PEOPLE = 4


class Clock(list[tuple[str, float]]):
    """When a message to an address was accepted."""

    def append_of(self, relay: Relay) -> None:
        self.extend((each.to, time.monotonic()) for each in relay.accepted[len(self) :])

    def last(self, address: str) -> float:
        return max(at for to, at in self if to == address)


@pytest.fixture
async def served(settings: Settings, relay: Relay, database: Database, tmp_path: Path) -> AsyncIterator[str]:
    """`serve --workers 2` and twice `work`; where it can be reached."""
    if database.is_sqlite:
        pytest.skip("SQLite is for one machine and one process that serves")
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("UNSILENCED_")} | {
        "UNSILENCED_DATABASE_URL": settings.database_url,
        "UNSILENCED_SMTP_URL": relay.url,
        "UNSILENCED_SECRET_KEY": SECRET,
        "UNSILENCED_OFFICE_HOURLY_LIMIT": str(HOURLY),
    }
    serve = ["serve", "--workers", "2", "--no-worker", "--port", str(port)]
    started = [
        await asyncio.create_subprocess_exec(
            COMMAND, *words, env=env, cwd=tmp_path, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        for words in (serve, ["work"], ["work"])
    ]
    try:
        await _listening(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in started:
            process.terminate()
        async with asyncio.timeout(PATIENCE):
            codes = [await process.wait() for process in started]
    assert codes[1:] == [0, 0]
    assert codes[0] in {0, -signal.SIGTERM}


async def _listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def _by_many(base: str, method: str, path: str, *, times: int, **options: Any) -> list[Response]:
    """Ask the same at once over connections of their own, so that any process may answer."""

    async def once() -> Response:
        async with AsyncClient(base_url=base, timeout=PATIENCE) as client:
            return await client.request(method, API + path, **options)

    return await asyncio.gather(*(once() for _ in range(times)))


async def _seen_live(base: str, *, sent: int) -> dict[str, Any]:
    """Return the live numbers when so many letters have left."""
    async with (
        AsyncClient(base_url=base, timeout=PATIENCE) as client,
        client.stream("GET", f"{API}/campaigns/free-ada/stats/stream") as live,
    ):
        async for line in live.aiter_lines():
            if line.startswith("data:") and (found := json.loads(line[5:]))["letters_sent"] >= sent:
                return dict(found)
    raise AssertionError("the stream ended")


async def _watch(relay: Relay, clock: Clock) -> None:
    while True:
        clock.append_of(relay)
        await asyncio.sleep(0.01)


async def test_they_keep_promises_limits_and_counts_together(
    organiser: AsyncClient, served: str, relay: Relay, database: Database
) -> None:
    await published(organiser)
    clock, began = Clock(), time.monotonic()
    watching = asyncio.create_task(_watch(relay, clock))
    live = asyncio.create_task(_seen_live(served, sent=2 * PEOPLE))

    ids = set()
    for number in range(PEOPLE):  # the same key many times at once, wherever it arrives
        body, headers = submission(supporter=somebody(f"s{number}")), {"Idempotency-Key": uuid.uuid4().hex}
        answers = await _by_many(served, "POST", LETTERS, times=6, json=body, headers=headers)
        assert {answer.status_code for answer in answers} <= {202, 409}
        (again,) = await _by_many(served, "POST", LETTERS, times=1, json=body, headers=headers)
        assert again.status_code == 202
        ids |= {answer.json()["submission_id"] for answer in (again, *answers) if answer.status_code == 202}
    assert len(ids) == await how_many(database, "submission") == PEOPLE

    for each in ids:  # pressed three times at once
        token = Keys(SECRET).token_for(uuid.UUID(each))
        pressed = await _by_many(served, "POST", f"/confirmations/{token}", times=3)
        assert {answer.status_code for answer in pressed} == {200}

    async with asyncio.timeout(PATIENCE):
        numbers = await live
    watching.cancel()
    clock.append_of(relay)
    assert numbers["letters"]["total"] == numbers["letters_sent"] == 2 * PEOPLE
    assert numbers["supporters"] == PEOPLE
    for office in (PROSECUTOR, EMBASSY):
        assert len({each.message["Message-ID"] for each in relay.to(office)}) == len(relay.to(office)) == PEOPLE
        soonest = (PEOPLE - 1) * 3_600 / HOURLY  # seconds; on a busy machine it takes longer, but never less
        assert clock.last(office) - began > 0.9 * soonest, "two workers gave one office more than it takes"
    assert await differences(database) == []
