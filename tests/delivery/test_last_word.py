"""The reply to a text, when it comes very late: what is waited for, and what the lease has to outlast."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery.mailer import SmtpMailer
from app.delivery.worker import Worker
from app.services.sealing import Keys
from tests.delivery.steps import OFFICE, drain, queue, stats, the_delivery
from tests.factories import published
from tests.relay import Relay

SOON = 1.0  # seconds: what is waited for, at a step whose wait is tested
LATE = 60.0  # seconds: at the others, where a busy machine may take its time
LEASE = 8.0  # seconds longer than what is waited for in the end


@asynccontextmanager
async def _worker(
    settings: Settings, database: Database, relay: Relay, *, command: float, final: float
) -> AsyncIterator[Worker]:
    """A worker that waits so long, in seconds, for the reply to a command and for the one to a text."""
    short = settings.model_copy(update={"final_timeout": final, "lease_time": final + LEASE})
    mailer = SmtpMailer(relay.url, command_timeout=command, final_timeout=final)
    yield Worker(database, mailer, Keys(settings.secret_key), short)
    await mailer.close()


@pytest.fixture
async def patient(settings: Settings, database: Database, relay: Relay) -> AsyncIterator[Worker]:
    """A worker that waits longer in the end than at the other steps, as by default."""
    async with _worker(settings, database, relay, command=SOON, final=LATE) as made:
        yield made


@pytest.fixture
async def impatient(settings: Settings, database: Database, relay: Relay) -> AsyncIterator[Worker]:
    async with _worker(settings, database, relay, command=LATE, final=SOON) as made:
        yield made


async def test_the_last_reply_may_take_longer_than_any_other(
    client: AsyncClient, organiser: AsyncClient, patient: Worker, relay: Relay
) -> None:
    await published(organiser)
    await queue(client, patient)
    relay.hold()
    await patient.run_once()
    await relay.texts_held()

    await asyncio.sleep(SOON)  # time itself is what is tested
    relay.go_on()
    await patient.finish()

    assert await stats(client) == {"total": 1, "sent": 1}
    assert len(relay.to(OFFICE)) == 1


async def test_a_reply_that_never_comes_is_given_up_while_the_lease_still_holds(
    client: AsyncClient, organiser: AsyncClient, impatient: Worker, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, impatient)
    relay.hold()
    stopping = asyncio.Event()
    another = asyncio.create_task(worker.run(stopping))  # has nothing to claim all the while
    await impatient.run_once()
    await relay.texts_held()

    await impatient.finish()
    stopping.set()
    await another

    delivery = await the_delivery(database)
    assert (delivery.attempts, delivery.crashes, delivery.lease) == (1, 0, None)
    assert delivery.uncertain
    assert await stats(client) == {"total": 1, "queued": 1}

    relay.go_on()
    await drain(impatient, database)
    assert await stats(client) == {"total": 1, "sent": 1}
    assert len(relay.to(OFFICE)) == 1  # this server kept nothing of a sender who had gone
