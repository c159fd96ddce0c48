"""The reply to a text, when it comes very late: what is waited for, and what the lease has to outlast."""

import asyncio
from collections.abc import AsyncIterator

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

SOON = 0.5  # seconds: what is waited for at the other steps
LATE = 2.0  # seconds: what is waited for in the end
LEASE = 8.0  # seconds


@pytest.fixture
async def patient(settings: Settings, database: Database, relay: Relay) -> AsyncIterator[Worker]:
    """A worker with the proportions of the defaults: a command 60 s, the last reply 600 s, a lease 900 s."""
    short = settings.model_copy(update={"final_timeout": LATE, "lease_time": LEASE})
    mailer = SmtpMailer(relay.url, command_timeout=SOON, final_timeout=LATE)
    yield Worker(database, mailer, Keys(settings.secret_key), short)
    await mailer.close()


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
    client: AsyncClient, organiser: AsyncClient, patient: Worker, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, patient)
    relay.hold()
    stopping = asyncio.Event()
    another = asyncio.create_task(worker.run(stopping))  # has nothing to claim all the while
    await patient.run_once()
    await relay.texts_held()

    await patient.finish()
    stopping.set()
    await another

    delivery = await the_delivery(database)
    assert (delivery.attempts, delivery.crashes, delivery.lease) == (1, 0, None)
    assert delivery.uncertain
    assert await stats(client) == {"total": 1, "queued": 1}

    relay.go_on()
    await drain(patient, database)
    assert await stats(client) == {"total": 1, "sent": 1}
    assert len(relay.to(OFFICE)) == 1  # this server kept nothing of a sender who had gone
