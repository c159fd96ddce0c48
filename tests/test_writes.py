"""Answers over a real connection: head and body together, and nothing lost when it closes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from app.writes import Gathering, Http

HEAD = b"HTTP/1.1 200 OK\r\n"
PARTS = [b"first ", b"second ", b"x" * 300_000]  # more than a kernel takes at once


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    while (await receive())["more_body"]:
        pass
    parts = PARTS if scope["path"] == "/parts" else [b"whole"]
    length = b"%d" % sum(map(len, parts))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    for n, part in enumerate(parts):
        await send({"type": "http.response.body", "body": part, "more_body": n < len(parts) - 1})


@asynccontextmanager
async def _served() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = uvicorn.Server(uvicorn.Config(_answer, port=0, http=Http, lifespan="off", log_level="warning"))
    config = server.config
    config.load()
    listening = await asyncio.get_running_loop().create_server(
        lambda: Http(config, server.server_state, {}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.close()
        listening.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(HEAD)
    return head


@pytest.mark.parametrize(("path", "said"), [("/", b"whole"), ("/parts", b"".join(PARTS))])
async def test_what_is_answered_arrives_in_order_on_a_kept_connection(path: str, said: bytes) -> None:
    async with _served() as (reader, writer):
        for _ in range(3):
            writer.write(b"GET %s HTTP/1.1\r\nHost: here\r\n\r\n" % path.encode())
            await _head(reader)
            assert await reader.readexactly(len(said)) == said


async def test_what_was_written_arrives_before_the_connection_closes() -> None:
    async with _served() as (reader, writer):
        writer.write(b"GET /parts HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        await _head(reader)
        assert await reader.read() == b"".join(PARTS)


async def test_a_request_for_the_head_alone_gets_it_at_once() -> None:
    async with _served() as (reader, writer):
        writer.write(b"HEAD / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert b"content-length: 5" in await _head(reader)


async def test_head_and_body_are_one_write() -> None:
    written: list[bytes] = []

    class Recorder(asyncio.Transport):
        def write(self, data: Any) -> None:
            written.append(bytes(data))

        def close(self) -> None:
            written.append(b"closed")

    gathering = Gathering(Recorder())
    gathering.write(b"head, ")
    gathering.write(b"body")
    await asyncio.sleep(0)
    gathering.write(b"more")
    gathering.close()
    await asyncio.sleep(0)
    assert written == [b"head, body", b"more", b"closed"]
