"""What the worker makes of outages, dead addresses, policies and letters that kill, on both databases."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col, select

from app.config import Settings
from app.database import Database
from app.delivery import claims
from app.delivery.claims import Lane
from app.delivery.drafts import MOST_CRASHES
from app.delivery.mailer import SmtpMailer
from app.delivery.refusals import MANY
from app.delivery.worker import Worker
from app.models.delivery import Delivery
from app.models.letter import Reason, Stage
from app.models.office import Channel, Office
from app.rows.asking import database_now
from app.services.sealing import Keys
from tests.delivery.steps import (
    OFFICE,
    deliveries,
    drain,
    let_time_pass,
    letters,
    many_offices,
    queue,
    stats,
    the_delivery,
    the_letter,
)
from tests.factories import API, office, post, published
from tests.hostile import FIN, Hostile
from tests.relay import Relay
from tests.steps import differences, receipt

SECOND = "second@by.example.org"
BY_POST = {"channels": ["email", "post"], "postal_address": "Prosecutor General\nMain Street 1\nExampletown"}


@pytest.fixture
async def impatient(settings: Settings, database: Database, relay: Relay) -> AsyncIterator[Worker]:
    """A worker that waits for nothing after an outage."""
    mailer = SmtpMailer(relay.url, command_timeout=1, final_timeout=1, first_pause=0)
    yield Worker(database, mailer, Keys(settings.secret_key), settings)
    await mailer.close()


async def test_an_outage_spends_no_letters_attempts_however_long_it_lasts(
    client: AsyncClient, organiser: AsyncClient, impatient: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(3))
    await relay.stop()
    await queue(client, impatient)

    for _ in range(10):
        await impatient.run_once()
        await impatient.finish()
        await let_time_pass(database)
    waiting = await deliveries(database)
    await relay.start()
    await drain(impatient, database)

    assert [(each.attempts, each.crashes, each.uncertain) for each in waiting] == [(0, 0, False)] * 3
    assert await stats(client) == {"total": 3, "sent": 3}
    assert len(relay.accepted) == 3


async def test_during_an_outage_letters_stay_where_they_are_but_for_a_probe(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    async with Hostile() as hostile:
        hostile.says["banner"] = ["421 4.3.2 not today"] * 100
        worker.mailer = worker._attempts._mailer = mailer = SmtpMailer(hostile.url, first_pause=0)
        await published(organiser, offices=many_offices(20))
        await queue(client, worker)

        for _ in range(5):
            await worker.run_once()
            await worker.finish()
            await let_time_pass(database)
        during = hostile.heard["banner"]
        hostile.says["banner"] = []
        await drain(worker, database)
        await mailer.close()

        assert during <= 4 + 2 * 5  # what was under way, and then a probe in each lane
        assert len(hostile.taken) == 20
        assert {each.attempts for each in await deliveries(database)} == {1}


async def test_a_dead_address_is_marked_and_the_letter_takes_the_next_one(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    made = await published(organiser, offices=[office(emails=[{"address": OFFICE}, {"address": SECOND}])])
    await queue(client, worker)
    relay.at_rcpt[OFFICE] = ["550 5.1.1 nobody of that name"]

    await worker.drain()

    assert (len(relay.to(OFFICE)), len(relay.to(SECOND))) == (0, 1)
    assert await stats(client) == {"total": 1, "sent": 1}
    assert (await the_delivery(database)).attempts == 1
    shown = (await organiser.get(f"{API}/officials/{made['offices'][0]}")).json()
    first, second = shown["emails"]
    assert (first["address"], first["dead"], first["why"]) == (OFFICE, True, "550 5.1.1 nobody of that name")
    assert (second["address"], second["dead"]) == (SECOND, False)


async def test_without_a_live_address_letters_go_on_by_the_offices_next_channel(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(**BY_POST)])
    token = await queue(client, worker)
    await queue(client, worker, "ada@supporter.example.org")
    relay.at_rcpt[OFFICE] = ["550 5.1.1 nobody of that name"]
    _, second = await deliveries(database)
    await set_due(database, second, None)
    await worker.drain()
    await set_due(database, second, database_now())  # the address is known to be dead by now
    await worker.drain()

    assert await stats(client) == {"total": 2, "ready": 2}
    assert {(each.channel, each.reason) for each in await letters(database)} == {(Channel.POST, None)}
    assert await differences(database) == []
    (letter,) = (await receipt(client, token))["letters"]
    assert (letter["channel"], letter["stage"]) == ("post", "ready")
    printed = await client.get(f"{API}/receipts/{token}/letters/{letter['id']}.txt")
    assert "Exampletown" in printed.text


async def set_due(database: Database, delivery: Delivery, due_at: object) -> None:
    async with database.transaction() as session:
        await session.exec(sa.update(Delivery).where(col(Delivery.id) == delivery.id).values(due_at=due_at))


@pytest.mark.parametrize("reply", ["552 5.2.2 mailbox full", "452 4.2.2 mailbox full", "550 5.7.1 not from you"])
async def test_a_full_mailbox_or_a_policy_marks_no_address(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, reply: str
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.at_rcpt[OFFICE] = [reply]

    await drain(worker, database)

    assert len(relay.to(OFFICE)) == 1
    async with database.reading() as session:
        emails = (await session.exec(select(Office.emails))).all()
    assert not any(email.get("dead") for each in emails for email in each)


async def test_one_letter_against_policy_fails_after_three_attempts_and_stops_nobody_else(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(2))
    await queue(client, worker)
    relay.at_data["office0@by.example.org"] = ["554 5.7.1 looks like spam"] * 10

    await drain(worker, database)

    assert await stats(client) == {"total": 2, "sent": 1, "failed": 1}
    assert {each.reason for each in await letters(database)} == {None, Reason.REFUSED_BY_SERVER}
    assert sorted(each.attempts for each in await deliveries(database)) == [1, 3]


async def test_one_supporter_whose_words_look_like_spam_stops_nobody_else(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(MANY + 3))
    relay.at_data["*"] = ["554 5.7.1 looks like spam"] * (3 * (MANY + 3))  # all attempts at all of their letters
    await queue(client, worker)
    await drain(worker, database)

    assert (await organiser.get(f"{API}/campaigns/free-ada")).json()["status"] == "active"
    await queue(client, worker, "next@supporter.example.org")
    await drain(worker, database)
    assert await stats(client) == {"total": 2 * (MANY + 3), "failed": MANY + 3, "sent": MANY + 3}


async def test_many_letters_against_policy_pause_the_campaign_which_says_so_and_burns_none(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(2))
    for n in range(MANY):
        await queue(client, worker, f"sam{n}@supporter.example.org")
    relay.at_data["*"] = [f"554 5.7.1 <{OFFICE}> Sam Supporter is on our list"] * 100

    await worker.drain()
    paused = (await organiser.get(f"{API}/campaigns/free-ada")).json()
    seen_by_the_public = (await client.get(f"{API}/campaigns/free-ada")).json()
    held = await stats(client)
    relay.at_data.clear()
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await worker.drain()

    assert paused["status"] == "paused"
    assert paused["trouble"] == "The mail server refuses these letters: 554 5.7.1 <…@…> … is on our list"
    assert "trouble" not in seen_by_the_public
    assert held == {"total": 2 * MANY, "held": 2 * MANY}
    assert await stats(client) == {"total": 2 * MANY, "sent": 2 * MANY}
    assert (await organiser.get(f"{API}/campaigns/free-ada")).json()["trouble"] is None
    assert await differences(database) == []


async def test_what_waits_when_the_campaign_ends_is_given_up_and_says_why(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.at_data[OFFICE] = ["451 4.3.0 later"]
    await worker.drain()
    async with database.transaction() as session:
        await session.exec(sa.text("UPDATE campaign SET closes_on = '2020-01-01', opens_on = NULL"))  # type: ignore[call-overload]

    await let_time_pass(database)
    await worker.drain()

    letter = await the_letter(database)
    assert (letter.stage, letter.reason) == (Stage.CANCELLED, Reason.TOO_LATE)
    assert (await the_delivery(database)).last_reply == "451 4.3.0 later"


async def test_a_letter_that_killed_three_workers_is_held_and_the_others_flow(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(3))
    await queue(client, worker)
    killer = (await deliveries(database))[0].id
    await kill(database, Lane.LETTERS)  # with all three in hand
    for _ in range(MOST_CRASHES - 1):
        await let_time_pass(database)
        await kill(database, Lane.SUSPECTS, only=killer)
    await let_time_pass(database)

    await worker.drain()

    assert await stats(client) == {"total": 3, "held": 1, "sent": 2}
    (held,) = [each for each in await letters(database) if each.stage is Stage.HELD]
    assert held.reason is Reason.QUARANTINED
    (kept,) = [each for each in await deliveries(database) if each.id == killer]
    assert (kept.due_at, kept.lease, kept.crashes) == (None, None, MOST_CRASHES)
    assert await differences(database) == []

    await post(organiser, "/campaigns/free-ada/pause", status=200)  # an organiser lets it go
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await worker.drain()
    assert await stats(client) == {"total": 3, "sent": 3}


async def kill(database: Database, lane: Lane, *, only: object = None) -> None:
    """A worker that claims and is never heard of again."""
    async with database.transaction() as session:
        if only:  # the others come to be claimed later
            away = sa.update(Delivery).where(col(Delivery.id) != only, col(Delivery.lease).is_not(None))
            await session.exec(away.values(due_at=sa.text("'2999-01-01 00:00:00'")))
        await claims.claim(session, lane, most=1 if only else 100, lease_time=900)


async def test_what_a_dead_worker_held_goes_one_by_one(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(3))
    await queue(client, worker)
    await kill(database, Lane.LETTERS)
    await let_time_pass(database)
    relay.hold()

    running = asyncio.create_task(worker.drain())
    await relay.texts_held(1)
    at_once = worker.in_hand
    relay.go_on()
    await running

    assert at_once == 1
    assert await stats(client) == {"total": 3, "sent": 3}
    assert {(each.attempts, each.crashes) for each in await deliveries(database)} == {(2, 0)}


async def test_what_was_not_begun_when_the_worker_stops_is_given_back_at_once(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(10))
    await queue(client, worker)
    relay.hold()
    stopping = asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    await relay.texts_held(4)

    stopping.set()
    relay.go_on()
    await asyncio.wait_for(running, 30)

    assert await stats(client) == {"total": 10, "sent": 4, "queued": 6}
    waiting = [each for each in await deliveries(database) if each.due_at]
    assert {(each.lease, each.attempts) for each in waiting} == {(None, 0)}


async def test_a_flapping_server_loses_nothing_and_copies_only_what_was_uncertain(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    async with Hostile() as hostile:
        for step in ("banner", "EHLO", "MAIL", "RCPT", "DATA", "text"):
            hostile.says[step] = [FIN if n % 2 else _pleasant(step) for n in range(6)]
        worker.mailer = worker._attempts._mailer = mailer = SmtpMailer(hostile.url, first_pause=0)
        await published(organiser, offices=many_offices(6))
        await queue(client, worker)

        await drain(worker, database)
        await mailer.close()

        assert await stats(client) == {"total": 6, "sent": 6}
        assert len(hostile.taken) == 6  # the server kept nothing of what it broke off


def _pleasant(step: str) -> str:
    return {"banner": "220 hi", "EHLO": "250 hi", "DATA": "354 go on"}.get(step, "250 ok")
