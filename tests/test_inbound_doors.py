"""The three doors by which mail comes back: a pipe, LMTP, and a signed request. None of them loses a message."""

import asyncio
import base64
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery import lmtp
from app.delivery.worker import Worker
from app.main import create_app
from app.services.interfaces import signatures
from app.services.sealing import Keys
from tests.conftest import SECRET, on_one_database
from tests.delivery.steps import OFFICE, queue, the_letter
from tests.factories import API, published
from tests.incoming.messages import dsn, reply
from tests.relay import Relay
from tests.steps import problem

SHARED = "whsec_" + base64.b64encode(b"k" * 32).decode()
DOOR = f"{API}/inbound"


@pytest.fixture
async def returns_to(client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay) -> str:
    """The address to which a letter that has left would bounce."""
    await published(organiser)
    await queue(client, worker)
    await worker.drain()
    return relay.to(OFFICE)[-1].sender


async def pipe(raw: bytes, url: str, *arguments: str, **environment: str) -> int:
    """Hand a message to `unsilenced inbound`, as a mail server does; return its exit code."""
    told = {"PATH": os.environ["PATH"], "UNSILENCED_DATABASE_URL": url, "UNSILENCED_SECRET_KEY": SECRET, **environment}
    command = str(Path(sys.executable).parent / "unsilenced")
    running = await asyncio.create_subprocess_exec(
        command, "inbound", *arguments, stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=told, cwd="/"
    )
    _, errors = await asyncio.wait_for(running.communicate(raw), 120)
    assert b"Traceback" not in errors
    assert b"example.org" not in errors
    return running.returncode or 0


async def test_the_pipe_takes_a_bounce_and_says_so_by_its_exit_code(
    returns_to: str, database: Database, database_url: str
) -> None:
    assert await pipe(dsn("undisclosed@example.org"), database_url, "--to", returns_to) == os.EX_OK
    assert (await the_letter(database)).stage == "bounced"


async def test_the_pipe_never_loses_a_message_while_something_is_wrong_with_us() -> None:
    bounce, away = dsn("letters@campaign.example.org"), "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"
    codes = await asyncio.gather(
        pipe(bounce, away),
        pipe(bounce, "sqlite+aiosqlite:////nowhere/at.db"),
        pipe(bounce, "nonsense"),
        pipe(bounce, away, UNSILENCED_LEASE_TIME="soon"),
    )
    assert set(codes) == {os.EX_TEMPFAIL}


@on_one_database
async def test_the_pipe_takes_what_is_too_large_or_no_mail_at_all(
    returns_to: str, database: Database, database_url: str
) -> None:
    assert await pipe(b"\x00\xff" * 1000, database_url) == os.EX_OK
    large = dsn(returns_to).replace(b"Dear Sir", b"x" * 3_000_000)
    assert await pipe(large, database_url) == os.EX_OK
    assert (await the_letter(database)).stage == "bounced"


@pytest.fixture
async def lmtp_port(database: Database) -> AsyncIterator[int]:
    server = await lmtp.listen(database, Keys(SECRET), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def over_lmtp(port: int, to: list[str], raw: bytes) -> list[str]:
    """Hand a message over as RFC 2033 says (smtplib does not); return the code for each recipient."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["LHLO mx", "MAIL FROM:<>", *(f"RCPT TO:<{each}>" for each in to), "DATA"]
    await reader.readline()
    for line in lines:
        writer.write(f"{line}\r\n".encode())
        while (await reader.readline())[3:4] == b"-":
            pass
    writer.write(raw.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
    codes = [(await asyncio.wait_for(reader.readline(), 30)).decode()[:3] for _ in to]
    writer.close()
    await writer.wait_closed()
    return codes


async def test_lmtp_takes_messages_and_answers_for_each_recipient(
    returns_to: str, database: Database, lmtp_port: int
) -> None:
    message = dsn("undisclosed@example.org").replace(b"Dear Sir", b"y" * 5_000)

    assert await over_lmtp(lmtp_port, ["nobody@example.org", returns_to], message) == ["250", "250"]
    assert (await the_letter(database)).stage == "bounced"


async def test_lmtp_asks_to_come_again_while_the_database_is_away(returns_to: str) -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    server = await lmtp.listen(away, Keys(SECRET), "127.0.0.1", 0)

    codes = await over_lmtp(server.sockets[0].getsockname()[1], [returns_to], dsn(returns_to))

    assert codes == ["451"]
    server.close()
    await away.close()


@pytest.fixture
async def provider(settings: Settings) -> AsyncIterator[AsyncClient]:
    """Whoever hands mail over by HTTP, to a service that takes it."""
    app = create_app(settings.model_copy(update={"inbound_secret": SHARED}))
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://test") as opened:
        yield opened


def signed(raw: bytes, *, id_: str = "msg_1", secret: str = SHARED, age: int = 0) -> dict[str, str]:
    timestamp = str(int(time.time()) - age)
    return {
        "webhook-id": id_,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,other {signatures.sign(secret, id_, timestamp, raw)}",
        "content-type": "message/rfc822",
    }


async def test_a_signed_request_is_taken_once_and_its_replay_is_refused(
    provider: AsyncClient, returns_to: str, database: Database
) -> None:
    raw = dsn(returns_to)
    headers = signed(raw)

    assert (await provider.post(DOOR, content=raw, headers=headers)).status_code == 204
    assert (await the_letter(database)).stage == "bounced"
    problem(await provider.post(DOOR, content=raw, headers=headers), 409)
    assert (await provider.post(DOOR, content=raw, headers=signed(raw, age=60))).status_code == 204  # a retry


@on_one_database
@pytest.mark.parametrize("wrong", ["body", "secret", "old", "early", "time", "id", "signature"])
async def test_what_is_not_signed_just_now_with_our_secret_is_refused(
    provider: AsyncClient, returns_to: str, database: Database, wrong: str
) -> None:
    raw = dsn(returns_to)
    headers = {
        "body": signed(b"another"),
        "secret": signed(raw, secret="x" * 24),
        "old": signed(raw, age=330),
        "early": signed(raw, age=-330),
        "time": signed(raw) | {"webhook-timestamp": "١٢٣"},
        "id": signed(raw) | {"webhook-id": "msg_2"},
        "signature": signed(raw) | {"webhook-signature": "v1,"},
    }[wrong]
    headers = {name: value.encode() for name, value in headers.items()}  # type: ignore[misc] # httpx takes bytes too

    problem(await provider.post(DOOR, content=raw, headers=headers), 401)
    assert (await the_letter(database)).stage == "sent"


async def test_requests_are_refused_where_none_are_expected_or_too_large(
    client: AsyncClient, provider: AsyncClient
) -> None:
    raw = reply("letters@campaign.example.org")
    problem(await client.post(DOOR, content=raw, headers=signed(raw)), 404)
    problem(await provider.post(DOOR, content=raw), 422, pointer="webhook-id")
    large = b"x" * (1024 * 1024 + 1)
    problem(await provider.post(DOOR, content=large, headers=signed(large)), 413)
    fits = b"x" * (1024 * 1024)
    assert (await provider.post(DOOR, content=fits, headers=signed(fits))).status_code == 204


def test_signatures_are_those_of_standard_webhooks() -> None:
    # the example of the specification (github.com/standard-webhooks), computed with its reference library
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert (
        signatures.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
