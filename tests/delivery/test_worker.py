"""The worker against a real mail server that misbehaves, on both databases."""

import asyncio
import logging

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col

from app.config import Settings
from app.database import Database
from app.delivery import claims, hands, settling
from app.delivery import worker as worker_module
from app.delivery.claims import Lane
from app.delivery.mailer import SmtpMailer
from app.delivery.settlement import AttemptOutcome, Settlement
from app.delivery.worker import Worker
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import Reason, Stage
from app.rows.asking import database_now
from app.services.counting import recount
from app.services.sealing import Keys
from tests.delivery.steps import (
    OFFICE,
    deliveries,
    drain,
    hand_in,
    let_time_pass,
    many_offices,
    queue,
    stats,
    the_delivery,
    the_letter,
)
from tests.factories import API, post, prisoner, published
from tests.relay import Relay

SAM = "sam@supporter.example.org"


class _Setting(logging.Filter):
    """Lets every record pass, and tells that there was one."""

    def __init__(self, event: asyncio.Event) -> None:
        super().__init__()
        self._event = event

    def filter(self, _record: logging.LogRecord) -> bool:
        self._event.set()
        return True


async def test_a_letter_refused_for_now_is_tried_again_and_sent_once(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    relay.at_rcpt[OFFICE] = ["451 4.7.1 greylisted"]
    await queue(client, worker)
    seen = [await stats(client)]

    await worker.drain()
    seen.append(await stats(client))
    refused = await the_delivery(database)
    relay.hold()
    await let_time_pass(database)
    second = asyncio.create_task(worker.drain())
    await relay.texts_held()
    seen.append(await stats(client))
    relay.go_on()
    await second
    seen.append(await stats(client))

    assert seen == [{"total": 1, stage: 1} for stage in ("queued", "queued", "sending", "sent")]
    assert (refused.attempts, refused.last_reply, refused.uncertain) == (1, "451 4.7.1 greylisted", False)
    assert refused.due_at is not None
    assert refused.due_at > refused.created_at
    assert len(relay.to(OFFICE)) == 1
    delivery, letter = await the_delivery(database), await the_letter(database)
    assert (delivery.attempts, delivery.due_at, delivery.lease) == (2, None, None)
    assert (letter.stage, letter.reason, letter.server_reply) == (Stage.SENT, None, delivery.last_reply)


@pytest.mark.parametrize("at", ["at_rcpt", "at_data"])
async def test_a_letter_refused_for_good_has_failed_with_the_servers_words(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, at: str
) -> None:
    await published(organiser)
    getattr(relay, at)[OFFICE] = ["550 5.1.1 nobody of that name"]
    await queue(client, worker)

    await worker.drain()

    letter, delivery = await the_letter(database), await the_delivery(database)
    assert (letter.stage, letter.reason) == (Stage.FAILED, Reason.REFUSED_BY_SERVER)
    assert delivery.last_reply == "550 5.1.1 nobody of that name"
    assert (delivery.due_at, delivery.uncertain) == (None, False)
    assert await stats(client) == {"total": 1, "failed": 1}
    assert relay.to(OFFICE) == []


@pytest.mark.parametrize("reply", [b"550 5.1.1 Empf\xe4nger unbekannt", b"550 no\x00body", b"550 " + b"x" * 400])
async def test_a_reply_in_odd_bytes_is_settled_like_any_other(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, reply: bytes
) -> None:
    await published(organiser, offices=many_offices(2))
    relay.at_rcpt["office0@by.example.org"] = [reply]
    await queue(client, worker)

    await worker.drain()

    assert await stats(client) == {"total": 2, "failed": 1, "sent": 1}


async def test_a_letter_whose_reply_was_lost_is_tried_again_and_shown_as_uncertain(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    relay.drop_after_dot = [OFFICE]
    await queue(client, worker)

    await worker.drain()
    lost = await the_delivery(database)
    await drain(worker, database)

    assert lost.uncertain
    assert lost.due_at is not None
    copies = relay.to(OFFICE)
    assert len(copies) == 2
    assert copies[0].message["Message-ID"] == copies[1].message["Message-ID"]
    assert copies[0].body == copies[1].body
    assert (await the_delivery(database)).uncertain  # one copy or two: nobody can tell
    assert await stats(client) == {"total": 1, "sent": 1}


async def test_a_letter_that_may_have_arrived_stays_uncertain_when_it_is_refused_afterwards(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    relay.drop_after_dot = [OFFICE]
    await queue(client, worker)
    await worker.drain()
    relay.at_rcpt[OFFICE] = ["550 5.1.1 nobody here any more"]

    await drain(worker, database)

    assert (await the_letter(database)).stage is Stage.FAILED
    assert (await the_delivery(database)).uncertain


async def test_a_server_that_hangs_up_after_some_messages_costs_no_letter(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(12))
    relay.most_on_a_connection = 2
    await queue(client, worker)

    await worker.drain()
    in_one_go = await stats(client)
    await drain(worker, database)

    assert in_one_go.get("failed", 0) == 0
    assert in_one_go.get("sent", 0) >= 8  # the first of each connection at least
    assert await stats(client) == {"total": 12, "sent": 12}
    assert {mail.to for mail in relay.accepted} >= {f"office{n}@by.example.org" for n in range(12)}
    assert len(relay.accepted) == 12  # none of them twice; the notice has nothing to ask any more


async def test_a_mail_server_that_is_down_loses_nothing(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(3))
    await relay.stop()
    await queue(client, worker)

    before = now()
    await worker.drain()

    assert await stats(client) == {"total": 3, "queued": 3}
    waiting = await deliveries(database)
    assert all(each.due_at and each.due_at > before and not each.uncertain for each in waiting)
    assert {each.lease for each in waiting} == {None}

    await relay.start()
    await drain(worker, database)
    assert await stats(client) == {"total": 3, "sent": 3}
    assert len(relay.accepted) == 3


async def test_what_the_database_does_not_take_spoils_nothing_that_is_settled_with_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await published(organiser, offices=many_offices(3))
    await queue(client, worker)
    async with database.transaction() as session:
        first, spoilt, last = await claims.claim(session, Lane.LETTERS, most=10, lease_time=900)
    replies = {first: "250 ok", spoilt: "250 \udcff", last: "250 ok"}

    await settling.write_down(database, [Settlement(each, told, AttemptOutcome.SENT) for each, told in replies.items()])

    held = {each.id: each for each in await deliveries(database)}
    assert {held[each.id].last_reply for each in (first, last)} == {"250 ok"}
    assert [each.id for each in replies if held[each.id].lease] == [spoilt.id]
    assert f"delivery {spoilt.id} could not be settled" in caplog.text


async def test_a_claim_whose_lease_ran_out_passes_on_and_its_late_settle_is_refused(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    async with database.transaction() as session:
        (first,) = await claims.claim(session, Lane.LETTERS, most=10, lease_time=0)
    async with database.transaction() as session:
        (second,) = await claims.claim(session, Lane.SUSPECTS, most=10, lease_time=900)
    async with database.transaction() as session:
        assert await claims.claim(session, Lane.LETTERS, most=10, lease_time=900) == []
        assert await claims.claim(session, Lane.SUSPECTS, most=10, lease_time=900) == []

    async with database.transaction() as session:
        await settling.settle(session, [Settlement(first, "250 late", AttemptOutcome.SENT, stage=Stage.SENT)], at=now())

    held = await the_delivery(database)
    assert second.lease != first.lease
    assert (held.lease, held.last_reply, held.attempts) == (second.lease, None, 2)
    assert held.due_at is not None
    assert await stats(client) == {"total": 1, "queued": 1}


async def test_what_a_dead_worker_held_is_sent_by_another(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, settings: Settings
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.hold()
    dead = Worker(database, SmtpMailer(relay.url), Keys(settings.secret_key), settings)
    running = asyncio.create_task(dead.drain())
    await relay.texts_held(1)
    tasks = [running, *dead.carriers]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await stats(client) == {"total": 1, "sending": 1}
    await worker.drain()
    assert await stats(client) == {"total": 1, "sending": 1}  # its lease still holds

    relay.go_on()
    await let_time_pass(database)
    await worker.drain()

    assert await stats(client) == {"total": 1, "sent": 1}
    assert (await the_delivery(database)).attempts == 2


async def test_two_workers_at_once_send_each_letter_exactly_once(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, settings: Settings
) -> None:
    await published(organiser, offices=many_offices(30))
    for email in (SAM, "ada@supporter.example.org"):
        await queue(client, worker, email)
    elsewhere = Database(settings.database_url)  # as another process would open it
    other = Worker(elsewhere, SmtpMailer(relay.url), Keys(settings.secret_key), settings)

    await asyncio.gather(worker.drain(), other.drain())
    await other.mailer.close()  # type: ignore[attr-defined] # an SmtpMailer
    await elsewhere.close()

    ids = [mail.message["Message-ID"] for mail in relay.accepted]
    assert len(ids) == len(set(ids)) == 60
    assert await stats(client) == {"total": 60, "sent": 60}
    assert {each.attempts for each in await deliveries(database)} == {1}
    async with database.snapshot() as session:
        assert await recount.differences(session) == []


async def test_the_longest_due_is_claimed_first(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    await published(organiser, offices=many_offices(4))
    await queue(client, worker)
    ids = [each.id for each in await deliveries(database)]
    order = [ids[n] for n in (2, 0, 3, 1)]
    async with database.transaction() as session:
        for age, delivery_id in enumerate(reversed(order)):
            which = sa.update(Delivery).where(col(Delivery.id) == delivery_id)
            await session.exec(which.values(due_at=database_now(-60 * (age + 1))))

    claimed = []
    for _ in order:
        async with database.transaction() as session:
            claimed += [each.id for each in await claims.claim(session, Lane.LETTERS, most=1, lease_time=900)]

    assert claimed == order


async def test_notices_do_not_wait_behind_letters(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(hands.FIRST_HAND + 5))
    await queue(client, worker)
    await let_time_pass(database)
    await hand_in(client, worker, "late@supporter.example.org")

    await worker.run_once()
    await worker.finish()

    assert len(relay.to("late@supporter.example.org")) == 1
    assert len(relay.accepted) == 1 + hands.FIRST_HAND  # each lane as much as it holds


async def test_a_worker_that_is_told_to_stop_finishes_what_is_in_hand(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, offices=many_offices(3))
    await queue(client, worker)
    relay.hold()
    stopping = asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    await relay.texts_held(3)

    stopping.set()
    await hand_in(client, worker, "late@supporter.example.org")
    relay.go_on()
    await asyncio.wait_for(running, 30)

    assert await stats(client) == {"total": 6, "sent": 3, "unconfirmed": 3}
    assert relay.to("late@supporter.example.org") == []  # nothing new was begun


async def test_connections_are_used_again(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, offices=many_offices(15))
    await queue(client, worker)

    await worker.drain()
    await queue(client, worker, "ada@supporter.example.org")
    await worker.drain()

    assert len(relay.accepted) == 2 * 15
    assert relay.connections <= hands.CONNECTIONS


async def test_a_cancelled_letter_does_not_leave(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    token = await queue(client, worker)
    await post(client, f"/receipts/{token}/cancel", status=200)

    await worker.drain()

    assert relay.to(OFFICE) == []
    assert await stats(client) == {"total": 1, "cancelled": 1}


async def test_a_prisoner_who_was_deleted_after_publishing_does_not_stop_the_worker(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await queue(client, worker)
    await post(organiser, "/prisoners", prisoner(slug="bob-prisoner"))
    changed = await organiser.patch(f"{API}/campaigns/free-ada", json={"prisoners": ["bob-prisoner"]})
    assert changed.status_code == 200
    deleted = await organiser.delete(f"{API}/prisoners/ada-prisoner")

    await worker.drain()

    written = len(relay.to(OFFICE))
    assert (deleted.status_code, written) in {(409, 1), (204, 0)}  # kept, or nobody writes about them any more


async def test_a_database_that_refuses_for_a_moment_does_not_stop_the_worker(  # noqa: PLR0917 - fixtures
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(worker_module, "IDLE", 0.05)
    await published(organiser)
    await queue(client, worker)
    stopping = asyncio.Event()
    refused = asyncio.Event()
    caplog.set_level(logging.WARNING, logger=worker_module.__name__)
    caplog.handler.addFilter(_Setting(refused))
    async with database.transaction() as session:
        await session.exec(sa.text("ALTER TABLE delivery RENAME TO away"))  # type: ignore[call-overload]

    running = asyncio.create_task(worker.run(stopping))
    await asyncio.wait_for(refused.wait(), 30)
    relay.hold()
    async with database.transaction() as session:
        await session.exec(sa.text("ALTER TABLE away RENAME TO delivery"))  # type: ignore[call-overload]
    await relay.texts_held(1)
    stopping.set()
    relay.go_on()
    await asyncio.wait_for(running, 30)

    assert await stats(client) == {"total": 1, "sent": 1}
    assert "does not answer" in caplog.text


async def test_the_log_holds_nothing_of_the_supporter(
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for ours in ("app", "aiosmtplib"):
        caplog.set_level(logging.DEBUG, logger=ours)
    await published(organiser)
    relay.at_data[OFFICE] = ["451 later"]
    relay.at_rcpt[SAM] = ["550 nobody"]
    token = await queue(client, worker)

    await drain(worker, database)

    assert [word for word in (SAM, "Sam Supporter", "Musterweg", token) if word in caplog.text] == []
