"""Forgetting on a clock: people go, counts stay."""

from datetime import timedelta

from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.models.columns import now
from app.services import scrub
from tests.factories import API, PARAGRAPH, published
from tests.relay import Relay
from tests.steps import PROSECUTOR, SAM, differences, everything_stored, hand_in, standing, stats, write


async def test_what_nobody_confirmed_in_seven_days_expires_and_is_forgotten(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    _, token = await hand_in(client)

    assert await scrub.run(database, at=now() + timedelta(days=6)) == 0
    assert await scrub.run(database, at=now() + timedelta(days=8)) == 1
    assert await scrub.run(database, at=now() + timedelta(days=8)) == 0
    await worker.drain()

    assert standing(await stats(client)) == {"expired": 2}
    assert relay.accepted == []  # nor is anybody asked any more
    assert (await client.post(f"{API}/confirmations/{token}")).status_code == 404
    assert await differences(database) == []


async def test_ninety_days_after_a_campaign_its_supporters_are_forgotten_and_the_counts_stay(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)  # closes in 90 days
    _, token = await write(client)
    relay.at_rcpt[PROSECUTOR] = ["451 later"]
    await worker.drain()
    before = await stats(client)
    assert standing(before) == {"sent": 1, "queued": 1}

    assert await scrub.run(database, at=now() + timedelta(days=179)) == 0
    assert await scrub.run(database, at=now() + timedelta(days=182)) == 1

    after = await stats(client)
    assert standing(after) == {"sent": 1, "cancelled": 1}
    assert (after["letters_sent"], after["supporters"]) == (before["letters_sent"], before["supporters"]) == (1, 1)
    assert (await client.get(f"{API}/receipts/{token}")).status_code == 404
    stored = await everything_stored(database)
    assert not [secret for secret in (SAM, "Sam Supporter", PARAGRAPH) if secret in stored]
    assert await differences(database) == []
