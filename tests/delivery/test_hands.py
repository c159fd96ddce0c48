"""How much a worker holds: little to begin with, more as the mail server answers, little where it does not."""

import asyncio
import uuid

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col

from app.database import Database
from app.delivery import hands
from app.delivery import worker as worker_module
from app.delivery.claims import Claim
from app.delivery.hands import FIRST_HAND, IN_HAND, LONGEST_WAIT, MORE, next_size
from app.delivery.settlement import AttemptOutcome, Settlement
from app.delivery.worker import Worker
from app.models.delivery import Delivery
from app.rows.asking import rows
from tests.delivery.steps import many_offices, queue, stats
from tests.factories import published
from tests.relay import Relay

CLAIM = Claim(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), None, None, None, None, attempts=1, crashes=0)
SENT = Settlement(CLAIM, "250 ok", AttemptOutcome.SENT)
REFUSED = Settlement(CLAIM, "550 no", AttemptOutcome.REFUSED)
AWAY = Settlement(CLAIM, "no reply in time", AttemptOutcome.OUTAGE, spent=False)
OFFICES = FIRST_HAND + 8


def test_a_hand_grows_with_each_answer_whatever_it_says() -> None:
    assert next_size(FIRST_HAND, [SENT] * 8 + [REFUSED] * 2, waited=0) == FIRST_HAND + 10 * MORE
    assert next_size(FIRST_HAND, [], waited=0) == FIRST_HAND


def test_a_hand_never_holds_more_than_it_can() -> None:
    assert next_size(IN_HAND - 1, [SENT] * IN_HAND, waited=0) == IN_HAND


def test_a_hand_is_small_again_when_the_mail_server_is_away() -> None:
    assert next_size(IN_HAND, [SENT] * 100 + [AWAY], waited=0) == FIRST_HAND


def test_a_hand_is_small_again_when_the_next_has_waited_for_long() -> None:
    assert next_size(IN_HAND, [SENT] * 100, waited=LONGEST_WAIT) == IN_HAND
    assert next_size(IN_HAND, [SENT] * 100, waited=LONGEST_WAIT + 0.1) == FIRST_HAND


async def _queued(client: AsyncClient, worker: Worker, *people: str) -> None:
    for each in people:
        await queue(client, worker, f"{each}@supporter.example.org")


async def test_a_mail_server_that_never_answers_keeps_few_letters_waiting(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, offices=many_offices(OFFICES))
    await _queued(client, worker, "sam")
    relay.hold()

    for _ in range(3):
        await worker.run_once()
    waiting = await stats(client)
    relay.go_on()
    await worker.drain()

    assert waiting == {"total": OFFICES, "queued": OFFICES - FIRST_HAND, "sending": FIRST_HAND}
    assert await stats(client) == {"total": OFFICES, "sent": OFFICES}


async def test_a_mail_server_that_answers_is_given_more(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, offices=many_offices(OFFICES))
    await _queued(client, worker, "sam", "ada", "eve")
    await worker.run_once()
    await worker.finish()
    relay.hold()

    await worker.run_once()

    waiting = await stats(client)
    assert (waiting["sent"], waiting["sending"]) == (FIRST_HAND, FIRST_HAND * (1 + MORE))


async def test_a_mail_server_that_falls_silent_is_given_no_more_than_at_first(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(organiser, offices=many_offices(OFFICES))
    await _queued(client, worker, "sam")
    await worker.run_once()
    await worker.finish()
    relay.hold()
    monkeypatch.setattr(hands, "LONGEST_WAIT", 0)  # for a silence of any length
    await worker.run_once()

    await _queued(client, worker, "ada")
    await worker.run_once()

    waiting = await stats(client)
    assert (waiting["sending"], waiting["queued"]) == (FIRST_HAND, 2 * (OFFICES - FIRST_HAND))


async def test_notices_that_have_nothing_to_say_are_over_while_a_mail_server_is_silent(
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "IDLE", 60.0)  # longer than the test waits
    await published(organiser)
    await _queued(client, worker, *(f"sam{n}" for n in range(3 * FIRST_HAND)))  # confirmed without having been asked
    relay.hold()

    async with asyncio.timeout(30):
        for _ in range(3):
            await worker.run_once()

    async with database.reading() as session:
        waiting = sa.select(sa.func.count()).where(col(Delivery.notice).is_not(None), col(Delivery.due_at).is_not(None))
        assert await rows(session, waiting) == [(0,)]
