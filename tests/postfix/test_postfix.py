"""The line with a real Postfix as relay: STARTTLS, login, greylisting, and a bounce that comes back by the pipe."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.models.letter import Letter
from tests.delivery.steps import OFFICE, let_time_pass, letters, queue, stats, the_delivery, the_letter
from tests.factories import published
from tests.postfix.instance import Postfix
from tests.relay import Relay
from tests.steps import differences, get

PATIENCE = 60  # seconds: another process has to do something, and does not tell when it has

Through = Callable[[str], Worker]


async def until(condition: Callable[[], Awaitable[bool]], postfix: Postfix) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not await condition():
        assert time.monotonic() < deadline, postfix.log()
        await asyncio.sleep(0.1)


async def test_letters_go_through_greylisting_and_a_bounce_lands_on_the_right_one(
    client: AsyncClient, organiser: AsyncClient, through: Through, relay: Relay, database: Database, postfix: Postfix
) -> None:
    await published(organiser)
    worker = through(postfix.url())
    await queue(client, worker)
    await worker.drain()
    greylisted = await the_delivery(database)
    assert (greylisted.attempts, (greylisted.last_reply or "")[:4]) == (1, "450 "), postfix.log()[-3000:]
    assert "Greylisted" in (greylisted.last_reply or "")
    await queue(client, worker, "late@supporter.example.org")
    relay.at_rcpt[OFFICE] = ["550 5.1.1 nobody of that name"]  # what the office's server says to one of them

    await let_time_pass(database)
    await worker.drain()

    assert await stats(client) in ({"total": 2, "sent": 2}, {"total": 2, "sent": 1, "bounced": 1})

    async def bounced() -> bool:
        return "bounced" in await stats(client)

    async def arrived() -> bool:
        return len(relay.to(OFFICE)) == 1

    await until(bounced, postfix)
    await until(arrived, postfix)
    (taken,) = relay.to(OFFICE)
    by_id = {f"<{letter.id}@campaign.example.org>": letter for letter in await letters(database)}
    assert by_id.pop(str(taken.message["Message-ID"])).stage == "sent"
    (other,) = by_id.values()
    assert (other.stage, "nobody of that name" in (other.server_reply or "")) == ("bounced", True)
    assert await differences(database) == []
    (found,) = (await get(organiser, "/officials?kind=prosecutor_general"))["items"]
    (email,) = (await get(organiser, f"/officials/{found['id']}"))["emails"]
    assert (email["address"], email["dead"]) == (OFFICE, True)
    assert "with ESMTPSA" in str(taken.message["Received"])  # S for TLS, A for login (RFC 3848)


async def test_a_bounce_that_comes_too_early_is_kept_by_postfix_and_comes_again(
    client: AsyncClient, organiser: AsyncClient, through: Through, relay: Relay, database: Database, postfix: Postfix
) -> None:
    await published(organiser)
    worker = through(postfix.url())
    await queue(client, worker)
    relay.hold()  # nothing reaches the office before the letter stands as it is wanted here
    relay.at_data[OFFICE] = ["550 5.1.1 nobody of that name"]
    await worker.drain()
    await let_time_pass(database)
    await worker.drain()
    await _set_stage(database, "sending")
    relay.go_on()

    async def deferred() -> bool:
        return "relay=unsilenced" in postfix.log() and "status=deferred" in postfix.log()

    await until(deferred, postfix)
    assert (await the_letter(database)).stage == "sending"
    await _set_stage(database, "sent")

    async def landed() -> bool:
        return (await the_letter(database)).stage == "bounced"

    await until(landed, postfix)


async def _set_stage(database: Database, stage: str) -> None:
    async with database.transaction() as session:
        await session.exec(sa.update(Letter).values(stage=stage))


@pytest.mark.parametrize("wrong", ["password", "authority"])
async def test_nothing_is_handed_over_without_the_right_login_and_certificate(
    client: AsyncClient, organiser: AsyncClient, through: Through, database: Database, postfix: Postfix, wrong: str
) -> None:
    if wrong == "authority":
        (postfix.folder / "authority.pem").write_bytes(postfix.certificates.certificate.read_bytes())
    await published(organiser)
    worker = through(postfix.url("wrong") if wrong == "password" else postfix.url())
    await queue(client, worker)
    for _ in range(2):
        await worker.drain()
        await let_time_pass(database)

    waiting = await the_delivery(database)
    assert (await the_letter(database)).stage == "queued"
    assert waiting.due_at is not None
    assert ("535" if wrong == "password" else "CERTIFICATE_VERIFY_FAILED") in (waiting.last_reply or "")
    assert "from=<" not in postfix.log()
