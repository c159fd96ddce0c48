"""A supporter who cancels, or an organiser who pauses, while a worker has the letter in hand."""

import asyncio

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.models.letter import Reason, Stage
from app.rows.asking import rows
from app.services import receipts
from tests.delivery.steps import OFFICE, drain, let_time_pass, queue, stats, the_delivery, the_letter
from tests.factories import API, post, published
from tests.relay import Relay
from tests.steps import differences


async def _in_hand(organiser: AsyncClient, client: AsyncClient, worker: Worker, relay: Relay) -> str:
    """Let a worker have handed a letter's text over, unanswered; return the supporter's token."""
    await published(organiser)
    token = await queue(client, worker)
    relay.hold()
    await worker.run_once()
    await relay.texts_held()
    return token


async def _come_back(worker: Worker, relay: Relay) -> None:
    """Let the mail server put off what it has in hand."""
    relay.at_data[OFFICE] = ["451 4.3.0 later"]
    relay.go_on()
    await worker.finish()


async def _die(worker: Worker) -> None:
    """Let a worker be gone in the middle of it."""
    carriers = worker.carriers
    for task in carriers:
        task.cancel()
    await asyncio.gather(*carriers, return_exceptions=True)


async def test_what_was_in_hand_and_did_not_leave_is_not_tried_again(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    token = await _in_hand(organiser, client, worker, relay)

    told = await post(client, f"/receipts/{token}/cancel", status=200)
    await _come_back(worker, relay)

    assert [letter["stage"] for letter in told["letters"]] == ["sending"]
    assert (await the_letter(database)).reason is Reason.BY_SUPPORTER
    assert await stats(client) == {"total": 1, "cancelled": 1}
    assert (await the_delivery(database)).due_at is None
    assert relay.to(OFFICE) == []
    assert await differences(database) == []


async def test_what_was_in_hand_when_its_campaign_paused_is_held_and_goes_on_with_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await _in_hand(organiser, client, worker, relay)

    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await _come_back(worker, relay)
    held = await stats(client)
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await worker.drain()

    assert held == {"total": 1, "held": 1}
    assert await stats(client) == {"total": 1, "sent": 1}
    assert await differences(database) == []


async def test_what_is_still_in_hand_when_its_campaign_goes_on_again_is_tried_again(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await _in_hand(organiser, client, worker, relay)

    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await _come_back(worker, relay)
    back = await stats(client)
    await drain(worker, database)

    assert back == {"total": 1, "queued": 1}
    assert await stats(client) == {"total": 1, "sent": 1}


async def test_what_its_supporter_cancelled_while_it_was_in_hand_stays_cancelled_through_a_pause(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    token = await _in_hand(organiser, client, worker, relay)

    await post(client, f"/receipts/{token}/cancel", status=200)
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await _come_back(worker, relay)

    assert await stats(client) == {"total": 1, "cancelled": 1}


async def test_what_was_in_hand_when_all_to_its_office_was_cancelled_is_not_tried_again(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await _in_hand(organiser, client, worker, relay)
    office_id = (await the_letter(database)).office_id

    await post(organiser, "/campaigns/free-ada/queue/cancel", {"office_id": str(office_id)}, status=200)
    await _come_back(worker, relay)

    assert (await the_letter(database)).reason is Reason.BY_ORGANISER
    assert await stats(client) == {"total": 1, "cancelled": 1}
    assert (await the_delivery(database)).due_at is None
    assert relay.to(OFFICE) == []


@pytest.mark.parametrize("by", ["cancel", "erase"])
async def test_what_was_in_the_hand_of_a_worker_that_died_is_not_tried_again(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, by: str
) -> None:
    token = await _in_hand(organiser, client, worker, relay)
    await _die(worker)

    path = f"{API}/receipts/{token}"
    assert (await (client.post(f"{path}/cancel") if by == "cancel" else client.delete(path))).is_success
    relay.go_on()
    await let_time_pass(database)
    await Worker(database, worker.mailer, worker.keys, worker.settings).drain()

    assert await stats(client) == {"total": 1, "cancelled": 1}
    assert relay.to(OFFICE) == []


async def test_what_was_in_the_hand_of_a_worker_that_died_waits_while_its_campaign_is_paused(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await _in_hand(organiser, client, worker, relay)
    await _die(worker)
    another = Worker(database, worker.mailer, worker.keys, worker.settings)

    await post(organiser, "/campaigns/free-ada/pause", status=200)
    relay.go_on()
    await let_time_pass(database)
    await another.drain()
    held = await stats(client)
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await another.drain()

    assert held == {"total": 1, "held": 1}
    assert await stats(client) == {"total": 1, "sent": 1}
    assert await differences(database) == []


async def test_cancelling_and_a_worker_never_wait_for_each_other_in_a_circle(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("there is one writer at a time")
    await published(organiser)
    token = await queue(client, worker)

    async with database.transaction() as cancelling:
        await receipts.cancel(cancelling, worker.keys, token)
        async with database.transaction() as working:  # a row that points to the submission is changed a second time
            await rows(working, sa.text("SELECT id FROM submission FOR KEY SHARE NOWAIT"))


async def test_what_was_in_hand_and_left_is_sent(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    token = await _in_hand(organiser, client, worker, relay)

    await post(client, f"/receipts/{token}/cancel", status=200)
    relay.go_on()
    await worker.finish()

    letter = await the_letter(database)
    assert (letter.stage, letter.reason) == (Stage.SENT, None)
    assert len(relay.to(OFFICE)) == 1
