"""A worker's process that is killed, stopped or told to go, at a known step of a letter, on both databases."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, closing
from email import message_from_bytes
from pathlib import Path

import pytest
from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery.mailer import SmtpMailer
from app.delivery.worker import Worker
from app.services.sealing import Keys
from tests.conftest import on_one_database
from tests.delivery.steps import deliveries, drain, let_time_pass, many_offices, queue, stats, the_delivery
from tests.factories import published
from tests.halfway import Halfway
from tests.hostile import SILENCE, Hostile
from tests.processes import running
from tests.steps import differences

PATIENCE = 60  # seconds for a process to go

Start = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def hostile() -> AsyncIterator[Hostile]:
    async with Hostile() as running:
        yield running


@pytest.fixture
async def start(settings: Settings, hostile: Hostile, tmp_path: Path) -> AsyncIterator[Start]:
    """Start `unsilenced work` in a process of its own."""
    async with AsyncExitStack() as stack:

        async def run(**overrides: str) -> asyncio.subprocess.Process:
            env = {"UNSILENCED_SMTP_URL": hostile.url, **overrides}
            return await stack.enter_async_context(running("work", settings=settings, folder=tmp_path, **env))

        yield run


@pytest.fixture
async def another(settings: Settings, hostile: Hostile, database: Database) -> AsyncIterator[Worker]:
    """A worker of this process, at the same mail server."""
    mailer = SmtpMailer(hostile.url, first_pause=0)
    yield Worker(database, mailer, Keys(settings.secret_key), settings)
    await mailer.close()


async def ended(process: asyncio.subprocess.Process) -> int:
    return await asyncio.wait_for(process.wait(), PATIENCE)


def ids(hostile: Hostile) -> list[str]:
    """The Message-IDs of what the server took, in order."""
    return [str(message_from_bytes(text)["Message-ID"]) for text in hostile.taken]


async def test_a_worker_killed_after_the_claim_costs_its_letters_nothing_but_time(
    client: AsyncClient, organiser: AsyncClient, start: Start, another: Worker, hostile: Hostile, database: Database
) -> None:
    await published(organiser, offices=many_offices(3))
    await queue(client, another)
    hostile.says["banner"] = [SILENCE] * 4
    process = await start()
    await hostile.at("banner")

    process.kill()
    await ended(process)
    assert await stats(client) == {"total": 3, "sending": 3}
    hostile.says.clear()
    await let_time_pass(database)
    await drain(another, database)

    assert await stats(client) == {"total": 3, "sent": 3}
    assert len(set(ids(hostile))) == len(hostile.taken) == 3
    assert await differences(database) == []


async def test_a_worker_killed_in_the_middle_of_a_text_costs_nothing_but_time(
    client: AsyncClient, organiser: AsyncClient, start: Start, another: Worker, hostile: Hostile, database: Database
) -> None:
    await published(organiser)
    await queue(client, another)
    async with Halfway(hostile.url) as line:
        process = await start(UNSILENCED_SMTP_URL=line.url)
        await asyncio.wait_for(line.half_has_passed.wait(), PATIENCE)
        process.kill()
        await ended(process)
    assert hostile.taken == []
    assert await stats(client) == {"total": 1, "sending": 1}

    await let_time_pass(database)
    await drain(another, database)

    assert await stats(client) == {"total": 1, "sent": 1}
    assert len(hostile.taken) == 1
    assert await differences(database) == []


async def test_a_worker_killed_right_after_the_yes_costs_one_copy_that_can_be_recognised(
    client: AsyncClient, organiser: AsyncClient, start: Start, another: Worker, hostile: Hostile, database: Database
) -> None:
    await published(organiser)
    await queue(client, another)
    process = await start()
    hostile.before_reply = lambda step: process.send_signal(signal.SIGSTOP) if step == "text" else None
    await hostile.at("text")

    process.kill()
    await ended(process)
    hostile.before_reply = None
    await let_time_pass(database)
    await drain(another, database)

    assert await stats(client) == {"total": 1, "sent": 1}
    assert len(hostile.taken) == 2
    assert len(set(ids(hostile))) == 1


def _stop(process: asyncio.subprocess.Process, database: Database) -> None:
    """Stop a process outside its transactions: on SQLite it would hold the one lock, and all would wait for it."""
    if not database.is_sqlite:
        process.send_signal(signal.SIGSTOP)
        return
    with closing(sqlite3.connect(str(database.url.database), timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        process.send_signal(signal.SIGSTOP)
        connection.execute("ROLLBACK")


async def test_a_worker_stopped_past_its_lease_wakes_up_and_changes_nothing(
    client: AsyncClient, organiser: AsyncClient, start: Start, another: Worker, hostile: Hostile, database: Database
) -> None:
    await published(organiser)
    await queue(client, another)
    process = await start()
    hostile.before_reply = lambda step: _stop(process, database) if step == "text" else None
    await hostile.at("text")
    hostile.before_reply = None
    await let_time_pass(database)
    await drain(another, database)
    settled = await the_delivery(database)

    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGTERM)

    assert await ended(process) == 0
    assert await the_delivery(database) == settled
    assert (settled.attempts, settled.lease, settled.due_at) == (2, None, None)
    assert await stats(client) == {"total": 1, "sent": 1}
    assert await differences(database) == []


async def test_a_worker_told_to_stop_finishes_what_it_has_begun_and_gives_the_rest_back(
    client: AsyncClient, organiser: AsyncClient, start: Start, another: Worker, hostile: Hostile, database: Database
) -> None:
    await published(organiser, offices=many_offices(10))
    await queue(client, another)
    process = await start()
    hostile.before_reply = lambda step: process.terminate() if (step, hostile.heard["text"]) == ("text", 1) else None

    assert await ended(process) == 0
    numbers = await stats(client)
    assert set(numbers) <= {"total", "sent", "queued"}
    assert numbers["sent"] == len(hostile.taken) >= 1
    assert {each.lease for each in await deliveries(database)} == {None}


@on_one_database
async def test_a_worker_told_twice_goes_at_once(
    client: AsyncClient, organiser: AsyncClient, start: Start, another: Worker, hostile: Hostile, database: Database
) -> None:
    await published(organiser)
    await queue(client, another)
    hostile.says["text"] = [SILENCE]
    process = await start(UNSILENCED_GRACE="3600")
    await hostile.at("text")

    while process.returncode is None:  # two signals in one instant may be one
        process.send_signal(signal.SIGTERM)
        await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=0.2)
    assert process.returncode in {1, -signal.SIGTERM}  # a third one found nobody listening any more
    assert await stats(client) == {"total": 1, "sending": 1}

    await let_time_pass(database)
    await drain(another, database)
    assert await stats(client) == {"total": 1, "sent": 1}


@on_one_database
async def test_a_worker_is_gone_when_its_grace_is_over(
    client: AsyncClient, organiser: AsyncClient, start: Start, another: Worker, hostile: Hostile
) -> None:
    await published(organiser)
    await queue(client, another)
    hostile.says["text"] = [SILENCE]
    process = await start(UNSILENCED_GRACE="0.1")
    await hostile.at("text")

    process.terminate()

    assert await ended(process) == 0
    assert await stats(client) == {"total": 1, "sending": 1}  # until its lease has run out
