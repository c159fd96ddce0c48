"""HEAD asks for what GET would answer, without its body."""

import asyncio

import pytest
import uvicorn
from fastapi import FastAPI
from httpx import AsyncClient

from app.writes import Http
from tests.conftest import on_one_database
from tests.factories import API, published
from tests.steps import until

PAGES = ["/campaigns", "/campaigns/free-ada", "/campaigns/free-ada/stats", "/prisoners/ada-prisoner"]
OTHERS = ["/health/live", "/health/ready", "/docs", "/openapi.json", f"{API}/campaigns/free-ada/stats.csv"]


@on_one_database
@pytest.mark.parametrize("path", [*(API + page for page in PAGES), *OTHERS])
async def test_a_head_is_that_of_get_and_has_no_body(client: AsyncClient, organiser: AsyncClient, path: str) -> None:
    await published(organiser)
    whole, head = await client.get(path), await client.head(path)

    assert (head.status_code, head.content) == (200, b"")
    assert whole.content
    assert head.headers == whole.headers


@on_one_database
async def test_what_is_refused_to_get_is_refused_to_head(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    assert (await client.head(f"{API}/campaigns/nothing")).status_code == 404
    assert (await client.head(f"{API}/audit")).status_code == 401
    assert (await client.head(f"{API}/campaigns/free-ada/letters")).status_code == 405
    tag = (await client.get(f"{API}/campaigns/free-ada")).headers["etag"]
    known = await client.head(f"{API}/campaigns/free-ada", headers={"If-None-Match": tag})
    assert known.status_code == 304


@on_one_database
async def test_a_connection_goes_on_after_a_head_and_a_stream_ends_with_it(
    app: FastAPI, organiser: AsyncClient
) -> None:
    await published(organiser)
    paths = [f"{API}/campaigns/free-ada/stats/stream", "/health/ready"]
    config = uvicorn.Config(app, port=0, http=Http, lifespan="off", log_level="warning")
    config.load()
    server = uvicorn.Server(config)
    listening = await asyncio.get_running_loop().create_server(
        lambda: Http(config, server.server_state, {}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*listening.sockets[0].getsockname())
    async with asyncio.timeout(20):
        for path in paths:
            writer.write(f"HEAD {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b'{"status":"live"}')
        await until(lambda: not server.server_state.tasks)
    writer.close()
    listening.close()
