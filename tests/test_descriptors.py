"""Too few file descriptors: the process can open nothing more, neither files nor connections."""

import asyncio
import resource
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from httpx import AsyncClient, HTTPError, Limits, Response

from app.config import Settings
from app.database import Database
from app.delivery.worker import Worker
from app.models.delivery import Delivery
from bench.service import free_port
from tests.delivery.steps import deliveries, queue, stats
from tests.factories import API, published, submission
from tests.hostile import Hostile
from tests.processes import running
from tests.steps import LETTERS, how_many, problem, somebody

AT_ONCE = 8
FEWEST = 3  # taken by standard input, output and error

pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a process that runs")


def take_away(process: asyncio.subprocess.Process) -> None:
    """Let it open nothing more; what it has open stays."""
    _, most = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (FEWEST, most))


def give_back(process: asyncio.subprocess.Process) -> None:
    _, most = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (most, most))


async def test_the_api_serves_what_it_can_and_asks_the_rest_to_come_again(
    organiser: AsyncClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    await published(organiser)
    port = free_port()
    serve = ("serve", "--no-worker", "--port", str(port))
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(running(*serve, settings=settings, folder=tmp_path))
        people = [await stack.enter_async_context(_somebody(port)) for _ in range(AT_ONCE)]
        for public in people:
            await _is_there(public)
            await public.get(f"{API}/campaigns")  # one after the other: one connection to the database is kept

        first = await people[0].post(API + LETTERS, json=submission(supporter=somebody("first")))  # texts are read now

        take_away(process)
        asked = [_ask(public, n) for n, public in enumerate(people)]
        answers = [answer for each in await asyncio.gather(*asked) for answer in each]
        alone = await people[0].post(API + LETTERS, json=submission(supporter=somebody("alone")))
        give_back(process)

        assert (first.status_code, alone.status_code) == (202, 202)
        assert {answer.status_code for answer in answers} >= {200, 503}
        for answer in answers:
            if not answer.is_success:
                problem(answer, 503)
                assert answer.headers["retry-after"]
        taken = sum(answer.status_code == 202 for answer in answers)
        assert await how_many(database, "submission") == taken + 2
        later = submission(supporter=somebody("later"))
        assert (await people[0].post(API + LETTERS, json=later)).status_code == 202


def _somebody(port: int) -> AsyncClient:
    """Somebody with one connection, which is kept."""
    return AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=Limits(max_connections=1), timeout=60)


async def _ask(public: AsyncClient, number: int) -> list[Response]:
    body = submission(supporter=somebody(f"s{number}"))
    return [
        await public.get(f"{API}/campaigns", params={"limit": number + 1}),
        await public.post(API + LETTERS, json=body),
        await public.get("/health/live"),
    ]


async def _is_there(public: AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await public.get("/health/live")
            except HTTPError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_a_worker_that_can_open_no_connection_waits_and_spends_no_attempts(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database, settings: Settings, tmp_path: Path
) -> None:
    await published(organiser)
    async with Hostile() as hostile:
        env = {"UNSILENCED_SMTP_URL": hostile.url, "UNSILENCED_RETRY_FIRST": "0.1"}
        async with running("work", settings=settings, folder=tmp_path, **env) as process:
            await queue(client, worker)
            await _until(database, lambda delivery: delivery.due_at is None)
            hostile.says["MAIL"] = ["421 4.3.2 going down"] * 100  # whatever is open to us is closed

            take_away(process)
            await queue(client, worker, "ada@supporter.example.org")
            await _until(database, lambda delivery: "open files" in str(delivery.last_reply))
            (_, waiting) = await deliveries(database)
            hostile.says.clear()
            give_back(process)
            await _until(database, lambda delivery: delivery.due_at is None)

    assert waiting.attempts == 0
    assert len({bytes(text) for text in hostile.taken if b"To: prosecutor@" in text}) == 2
    assert await stats(client) == {"total": 2, "sent": 2}


async def _until(database: Database, it_is_so: Callable[[Delivery], bool]) -> None:
    async with asyncio.timeout(60):
        while not it_is_so((await deliveries(database))[-1]):  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.05)
