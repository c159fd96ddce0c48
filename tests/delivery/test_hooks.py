"""Webhooks from the outside: a real receiver is called, signed, again where it fails, and never inside a network."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient
from standardwebhooks.webhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from app.config import Settings
from app.database import Database
from app.delivery.caller import Caller, NotTaken
from app.delivery.hooks import Hooks
from app.delivery.worker import Worker
from app.models.columns import now
from app.models.webhook import Topic, Webhook, WebhookCall, WebhookCount
from app.rows.asking import table_of
from app.services.interfaces.reachable import may_be_called
from app.services.sealing import Keys
from app.services.team import organisers
from tests.factories import API, post, published
from tests.receiver import Receiver
from tests.steps import everything_stored, get, patch, problem, somebody, write

EVERYTHING = [topic.value for topic in Topic]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhooks_to_this_machine": True})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as running:
        yield running


@pytest.fixture
async def hooks(settings: Settings, database: Database) -> AsyncIterator[Hooks]:
    """The caller of webhooks, which runs when told to: `await hooks.drain()`."""
    made = Hooks(database, Keys(settings.secret_key), settings)
    yield made
    await made.close()


async def hook(organiser: AsyncClient, receiver: Receiver, **overrides: Any) -> Any:
    return await post(organiser, "/webhooks", {"url": f"{receiver.url}/hook", "topics": EVERYTHING, **overrides})


async def log(organiser: AsyncClient, made: Any, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await get(organiser, f"/webhooks/{made['id']}/calls{query}"))["items"]
    return found


async def later(database: Database) -> None:
    """Let all waiting calls be due, and all counts be a minute old."""
    async with database.transaction() as session:
        calls, counts = table_of(WebhookCall), table_of(WebhookCount)
        due = sa.update(calls).where(calls.c.due_at.is_not(None))
        await session.exec(due.values(due_at=now() - timedelta(seconds=1), lease=None))
        await session.exec(sa.update(counts).values(told_at=now() - timedelta(minutes=2)))


def types(receiver: Receiver) -> list[str]:
    return [json.loads(each.body)["type"] for each in receiver.taken]


INSIDE_OR_WRONG = [
    "http://hooks.example.org/",
    "ftp://hooks.example.org/",
    "https://",
    "https://user:secret@hooks.example.org/",
    "https://hooks.example.org/#part",
    "https://hooks.example.org:0/",
    "https://hooks.example.org:99999/",
    "https://hooks.example.org/a b",
    "https://hööks.example.org/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://printer.local/",
    "https://[nonsense/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
]


async def test_an_address_that_is_not_in_the_open_is_refused(organiser: AsyncClient) -> None:
    for url in INSIDE_OR_WRONG:
        refused = await organiser.post(f"{API}/webhooks", json={"url": url, "topics": EVERYTHING})
        problem(refused, 422, pointer="/url")
    assert (await get(organiser, "/webhooks"))["items"] == []


async def test_a_webhook_needs_topics_that_exist_and_an_organiser(
    client: AsyncClient, organiser: AsyncClient, receiver: Receiver
) -> None:
    for topics in ([], ["letters.read"], None):
        refused = await organiser.post(f"{API}/webhooks", json={"url": receiver.url, "topics": topics})
        assert refused.status_code == 422
    problem(await client.get(f"{API}/webhooks"), 401)
    made = await hook(organiser, receiver)
    problem(await organiser.patch(f"{API}/webhooks/{made['id']}", json={"topics": None}), 422, pointer="/topics")
    problem(await organiser.patch(f"{API}/webhooks/{made['id']}", json={"url": receiver.url}), 422)


async def test_webhooks_of_another_organisation_are_not_there(
    organiser: AsyncClient, receiver: Receiver, database: Database
) -> None:
    made = await hook(organiser, receiver)
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Others", name="Otto Other")
    transport = organiser._transport
    assert isinstance(transport, ASGITransport)
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as other:
        assert (await get(other, "/webhooks"))["items"] == []
        path = f"{API}/webhooks/{made['id']}"
        problem(await other.patch(path, json={"in_use": False}), 404)
        problem(await other.delete(path), 404)
        problem(await other.get(f"{path}/calls"), 404)
        problem(await other.post(f"{path}/calls/{made['id']}/replay"), 404)


async def test_a_campaigns_life_is_told_in_order_and_signed(
    organiser: AsyncClient, receiver: Receiver, hooks: Hooks, database: Database
) -> None:
    made = await hook(organiser, receiver)
    await published(organiser)
    for step, body in (("pause", None), ("resume", None), ("close", {"outcome": "won"})):
        await post(organiser, f"/campaigns/free-ada/{step}", body, status=200)
    problem(await organiser.post(f"{API}/campaigns/free-ada/close", json={"outcome": "won"}), 409)
    await hooks.drain()

    assert types(receiver) == ["campaign.published", "campaign.paused", "campaign.resumed", "campaign.closed"]
    for each in receiver.taken:
        told = Signer(made["secret"]).verify(each.body, each.headers)
        assert told["data"]["campaign"] == "free-ada"
        assert each.headers["content-type"] == "application/json"
    assert json.loads(receiver.taken[-1].body)["data"]["outcome"] == "won"
    assert {(call["status"], call["answer"], call["attempts"]) for call in await log(organiser, made)} == {
        ("taken", "204", 1)
    }
    assert made["secret"] not in await everything_stored(database)
    assert "secret" not in (await get(organiser, "/webhooks"))["items"][0]


async def test_only_what_was_asked_for_is_told(organiser: AsyncClient, receiver: Receiver, hooks: Hooks) -> None:
    made = await hook(organiser, receiver, topics=["campaign.closed"])
    await published(organiser)
    await hooks.drain()
    assert receiver.taken == []
    await patch(organiser, f"/webhooks/{made['id']}", topics=["campaign.paused"])
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await hooks.drain()
    assert types(receiver) == ["campaign.paused"]


async def test_a_prisoners_new_status_is_told_once(organiser: AsyncClient, receiver: Receiver, hooks: Hooks) -> None:
    await hook(organiser, receiver, topics=["prisoner.status_changed"])
    await published(organiser)
    await patch(organiser, "/prisoners/ada-prisoner", occupation={"en": "teacher"})
    await post(organiser, "/prisoners/ada-prisoner/events", {"kind": "release", "happened_on": "2026-01-01"})
    await patch(organiser, "/prisoners/ada-prisoner", status="released")
    await hooks.drain()
    assert [json.loads(each.body)["data"] for each in receiver.taken] == [
        {"prisoner": "ada-prisoner", "before": "detained", "status": "released"}
    ]


async def test_letters_sent_are_told_by_the_minute(
    client: AsyncClient, organiser: AsyncClient, receiver: Receiver, hooks: Hooks, worker: Worker, database: Database
) -> None:
    await hook(organiser, receiver, topics=["letters.sent"])
    await published(organiser)
    await hooks.count(at=now())  # from here on
    await write(client)
    await worker.drain()
    await hooks.count(at=now())
    await hooks.drain()
    assert receiver.taken == []  # the minute is not over
    await later(database)
    for _ in range(2):
        await hooks.count(at=now())
    await write(client, supporter=somebody("two"))
    await worker.drain()
    await later(database)
    await hooks.count(at=now())  # the first call still waits
    await hooks.drain()
    await later(database)
    await hooks.count(at=now())
    await hooks.drain()
    told = [json.loads(each.body)["data"] for each in receiver.taken]
    assert [(each["letters_sent"], each["change"]) for each in told] == [(2, 2), (4, 2)]


async def test_a_call_that_fails_is_made_again_with_the_same_id(
    organiser: AsyncClient, receiver: Receiver, hooks: Hooks, database: Database
) -> None:
    receiver.answers = ["500 Oops", "302 Found\r\nLocation: /elsewhere", "429 Slow"]
    made = await hook(organiser, receiver)
    await published(organiser)
    for answer in ("500", "302", "429"):
        await hooks.drain()
        (call,) = await log(organiser, made, "?status=waiting")
        assert (call["answer"], call["status"]) == (answer, "waiting")
        await later(database)
    await hooks.drain()
    (call,) = await log(organiser, made)
    assert (call["status"], call["attempts"], call["due_at"]) == ("taken", 4, None)
    assert {(each.path, each.headers["webhook-id"], each.body) for each in receiver.taken} == {
        ("/hook", call["id"], receiver.taken[0].body)
    }


async def test_a_call_can_be_replayed(organiser: AsyncClient, receiver: Receiver, hooks: Hooks) -> None:
    made = await hook(organiser, receiver)
    await published(organiser)
    await hooks.drain()
    (call,) = await log(organiser, made)
    problem(await organiser.post(f"{API}/webhooks/{made['id']}/calls/{made['id']}/replay"), 404)
    await post(organiser, f"/webhooks/{made['id']}/calls/{call['id']}/replay", status=200)
    await hooks.drain()
    assert [each.headers["webhook-id"] for each in receiver.taken] == [call["id"]] * 2


async def test_a_new_secret_signs_beside_the_one_before_for_a_day(
    organiser: AsyncClient, receiver: Receiver, hooks: Hooks, database: Database
) -> None:
    made = await hook(organiser, receiver)
    problem(await organiser.post(f"{API}/webhooks/{uuid.uuid4()}/secret"), 404)
    changed = await post(organiser, f"/webhooks/{made['id']}/secret", status=200)
    assert changed["secret"] != made["secret"]
    problem(await organiser.post(f"{API}/webhooks/{made['id']}/secret"), 409)
    await published(organiser)
    await hooks.drain()

    (both,) = receiver.taken
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    for secret in (made["secret"], changed["secret"]):
        Signer(secret).verify(both.body, both.headers)

    async with database.transaction() as session:
        a_day_ago = sa.update(table_of(Webhook)).values(secret_changed_at=now() - timedelta(days=1, seconds=1))
        await session.exec(a_day_ago)
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await hooks.drain()

    alone = receiver.taken[-1]
    Signer(changed["secret"]).verify(alone.body, alone.headers)
    with pytest.raises(WebhookVerificationError):
        Signer(made["secret"]).verify(alone.body, alone.headers)
    stored = await everything_stored(database)
    assert not [secret for secret in (made["secret"], changed["secret"]) if secret in stored]


async def test_a_receiver_that_is_gone_is_called_no_more(
    organiser: AsyncClient, receiver: Receiver, hooks: Hooks
) -> None:
    receiver.answers = ["410 Gone"]
    made = await hook(organiser, receiver)
    await published(organiser)
    await hooks.drain()
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await hooks.drain()
    assert len(receiver.taken) == 1
    assert (await get(organiser, "/webhooks"))["items"][0]["in_use"] is False
    assert [call["status"] for call in await log(organiser, made)] == ["given_up"]


async def test_a_slow_receiver_keeps_nobody_else_waiting(
    organiser: AsyncClient, receiver: Receiver, hooks: Hooks
) -> None:
    async with Receiver() as quick:
        receiver.hold()
        await hook(organiser, receiver)
        made = await hook(organiser, quick)
        await published(organiser)
        while not await log(organiser, made, "?status=taken"):
            await hooks.run_once()
        await post(organiser, "/campaigns/free-ada/pause", status=200)
        while len(await log(organiser, made, "?status=taken")) < 2:
            await hooks.run_once()
        assert len(receiver.taken) == 1  # and one at a time
        receiver.go_on()
        await hooks.drain()
    assert types(receiver) == types(quick) == ["campaign.published", "campaign.paused"]


async def test_a_deleted_webhook_is_called_no_more(organiser: AsyncClient, receiver: Receiver, hooks: Hooks) -> None:
    made = await hook(organiser, receiver)
    await published(organiser)
    assert (await organiser.delete(f"{API}/webhooks/{made['id']}")).status_code == 204
    await hooks.drain()
    assert receiver.taken == []


async def test_the_caller_runs_beside_the_worker_until_it_is_told_to_stop(
    organiser: AsyncClient, receiver: Receiver, hooks: Hooks
) -> None:
    made = await hook(organiser, receiver)
    stopping = asyncio.Event()
    running = asyncio.create_task(hooks.run(stopping))
    receiver.hold()
    await published(organiser)
    await asyncio.wait_for(receiver.came.acquire(), 30)
    stopping.set()
    receiver.go_on()
    await asyncio.wait_for(running, 30)  # and finishes what is in hand
    assert [call["status"] for call in await log(organiser, made)] == ["taken"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
async def test_names_and_disguises_that_lead_to_this_machine_are_not_called(receiver: Receiver, host: str) -> None:
    caller = Caller(this_machine=False)
    with pytest.raises(NotTaken, match=r"private networks|nowhere"):
        await caller.post(receiver.url.replace("127.0.0.1", host), {}, b"{}")
    assert receiver.taken == []
    await caller.close()


async def test_where_nobody_listens_the_log_says_so() -> None:
    caller = Caller(this_machine=True)
    for url in ("http://127.0.0.1:9/", "http://no-such-name.invalid/"):
        with pytest.raises(NotTaken, match=r"reached|nowhere"):
            await caller.post(url, {}, b"{}")
    await caller.close()


@pytest.mark.parametrize(
    ("address", "open_"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.0.1", False),
        ("198.51.100.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%1", False),
        ("fc00::1", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_in_the_open_may_be_called(address: str, open_: bool) -> None:  # noqa: FBT001 - a parameter
    assert may_be_called(ip_address(address)) is open_


def test_loopback_may_be_called_in_tests_only() -> None:
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert may_be_called(ip_address(address), this_machine=True)
    assert not may_be_called(ip_address("10.0.0.1"), this_machine=True)
