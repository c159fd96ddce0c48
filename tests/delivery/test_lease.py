"""A lease is there to be finished in, not to be begun in at the last moment."""

import asyncio

from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery.hands import CONNECTIONS
from app.delivery.mailer import SmtpMailer
from app.delivery.worker import Worker
from app.services.sealing import Keys
from tests.delivery.steps import deliveries, many_offices, queue, stats
from tests.factories import published
from tests.relay import Relay

LEASE = 5.0  # seconds


async def test_what_waited_for_its_turn_too_long_is_given_back_before_another_worker_could_have_it_too(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, settings: Settings
) -> None:
    await published(organiser, offices=many_offices(CONNECTIONS + 1))
    await queue(client, worker)
    relay.hold()
    mailer = SmtpMailer(relay.url)
    brief = Worker(database, mailer, Keys(settings.secret_key), settings.model_copy(update={"lease_time": LEASE}))

    await brief.run_once()
    await relay.texts_held(CONNECTIONS)
    await asyncio.sleep(brief._time_to_begin)  # time itself is what is tested
    relay.go_on()
    await brief.finish()
    await mailer.close()

    assert await stats(client) | {"unconfirmed": 0} == {"total": 5, "sent": 4, "queued": 1, "unconfirmed": 0}
    replies = sorted(str(each.last_reply)[:9] for each in await deliveries(database))
    assert replies == ["250 2.0.0"] * CONNECTIONS + ["not tried"]
