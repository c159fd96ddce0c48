"""How long a letter is tried: five days by the clock, from its first attempt, however often that was."""

from datetime import timedelta

import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col

from app.database import Database
from app.delivery.retry import PATIENCE
from app.delivery.worker import Worker
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import Reason, Stage
from app.rows.asking import database_now
from tests.delivery.steps import OFFICE, let_time_pass, queue, stats, the_delivery, the_letter
from tests.factories import post, published
from tests.relay import Relay
from tests.steps import receipt

LATER = "451 4.3.0 later"
MOMENT = 60.0  # seconds


async def first_attempt_was(database: Database, seconds: float) -> None:
    """Let the first attempt have been made so many seconds ago, and the next one be due."""
    async with database.transaction() as session:
        await session.exec(sa.update(Delivery).values(trying_since=database_now(-seconds)))
    await let_time_pass(database)


async def test_after_five_days_a_letter_is_given_up_and_everybody_can_see_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    token = await queue(client, worker)
    relay.at_data[OFFICE] = [LATER] * 2
    await worker.drain()

    await first_attempt_was(database, PATIENCE)
    await worker.drain()

    letter, delivery = await the_letter(database), await the_delivery(database)
    assert (letter.stage, letter.reason, letter.server_reply) == (Stage.FAILED, Reason.GAVE_UP, LATER)
    assert (delivery.due_at, delivery.attempts, delivery.last_reply) == (None, 2, LATER)
    assert await stats(client) == {"total": 1, "failed": 1}
    (shown,) = (await receipt(client, token))["letters"]
    assert (shown["stage"], shown["reason"]) == ("failed", "gave_up")


async def test_the_last_attempt_comes_when_the_five_days_end(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.at_data[OFFICE] = [LATER] * 2
    await worker.drain()
    async with database.transaction() as session:
        await session.exec(sa.update(Delivery).values(attempts=23))

    await first_attempt_was(database, PATIENCE - MOMENT)
    await worker.drain()

    due_at = (await the_delivery(database)).due_at
    assert due_at is not None
    assert due_at < now() + timedelta(seconds=2 * MOMENT)  # and not some hours later


async def test_time_in_the_line_and_outages_do_not_count(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    await relay.stop()
    await worker.drain()
    async with database.transaction() as session:
        long_ago = database_now(-3 * PATIENCE)
        await session.exec(sa.update(Delivery).values(created_at=long_ago, trying_since=long_ago))
    await relay.start()
    relay.at_data[OFFICE] = [LATER]
    await _until_tried(worker, database)

    assert await stats(client) == {"total": 1, "queued": 1}
    await let_time_pass(database)
    await worker.drain()
    assert await stats(client) == {"total": 1, "sent": 1}


async def _until_tried(worker: Worker, database: Database) -> None:
    while (await the_delivery(database)).attempts == 0:
        await let_time_pass(database)
        await worker.drain()


async def test_what_an_organiser_has_tried_again_gets_five_days_again(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.at_data[OFFICE] = [LATER] * 3
    await worker.drain()
    await first_attempt_was(database, PATIENCE)
    await worker.drain()
    letter = await the_letter(database)
    assert letter.stage is Stage.FAILED

    await post(organiser, f"/letters/{letter.id}/retry", status=200)
    await worker.drain()

    delivery = await the_delivery(database)
    assert (delivery.attempts, delivery.due_at is not None) == (1, True)
    assert await stats(client) == {"total": 1, "queued": 1}


async def test_a_row_from_before_this_was_counted_gets_five_days_from_now(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    async with database.transaction() as session:
        await session.exec(sa.update(Delivery).where(col(Delivery.letter_id).is_not(None)).values(attempts=7))
    relay.at_data[OFFICE] = [LATER]

    await worker.drain()

    assert await stats(client) == {"total": 1, "queued": 1}
    assert (await the_delivery(database)).trying_since is not None
