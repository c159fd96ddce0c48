"""The database goes, or is full, in the middle of a group: nobody is told what is not so, and it goes on afterwards."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import event
from sqlmodel import col

from app.config import Settings
from app.database import Database
from app.models.tally import Tally
from tests.conftest import on_one_database
from tests.factories import API, post, published, submission
from tests.steps import LETTERS, differences, hand_in, how_many, problem, somebody, standing, stats

MOST_PAGES = "PRAGMA max_page_count = {}"


async def _hand_in_all(client: AsyncClient, n: int) -> list[Response]:
    bodies = [submission(supporter=somebody(f"s{number}")) for number in range(n)]
    return await asyncio.gather(*(client.post(API + LETTERS, json=body) for body in bodies))


async def _cut_off(database: Database, held: Any) -> None:
    """Wait until a group waits for what we hold, then end every other connection, as a restart does."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(60):
        while not await held.scalar(sa.text(waiting)):
            await held.execute(sa.text("SELECT pg_stat_clear_snapshot()"))  # connections are new, too
    await held.execute(sa.text(ended))


@pytest.mark.parametrize("what", ["submissions", "confirmations"])
async def test_a_database_that_goes_in_the_middle_of_a_group_is_a_503_and_nothing_is_half_done(
    client: AsyncClient, organiser: AsyncClient, database: Database, what: str
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lives in the process")
    await published(organiser)
    tokens = [(await hand_in(client, supporter=somebody(f"t{n}")))[1] for n in range(4)]
    before = standing(await stats(client))

    async def ask() -> list[Response]:
        if what == "submissions":
            return await _hand_in_all(client, 4)
        return await asyncio.gather(*(client.post(f"{API}/confirmations/{token}") for token in tokens))

    async with database.transaction() as session:
        held = await session.connection()
        await held.execute(sa.select(col(Tally.letters)).with_for_update())  # the last that a group wants
        asking = asyncio.create_task(ask())
        await _cut_off(database, held)
        refused = await asking

    for answer in refused:
        problem(answer, 503)
        assert answer.headers["retry-after"]
    assert standing(await stats(client)) == before
    assert await differences(database) == []
    assert {answer.status_code for answer in await ask()} <= {200, 202}
    assert await differences(database) == []


async def test_a_full_disk_refuses_and_keeps_what_was_promised(
    client: AsyncClient, organiser: AsyncClient, app: FastAPI, database: Database
) -> None:
    if not database.is_sqlite:
        pytest.skip("a full disk of PostgreSQL's is its operator's")
    await published(organiser)
    await hand_in(client)
    engine = app.state.database.engine

    def full(connection: Any, _record: object) -> None:
        connection.execute(MOST_PAGES.format(1))  # SQLite takes the size that there is

    event.listen(engine.sync_engine, "connect", full)
    await engine.dispose()
    refused = [answer for _ in range(20) for answer in await _hand_in_all(client, 8)]
    event.remove(engine.sync_engine, "connect", full)
    await engine.dispose()

    promised = sum(answer.status_code == 202 for answer in refused)
    assert promised < len(refused)
    for answer in refused:
        if answer.status_code != 202:
            problem(answer, 503)
            assert answer.headers["retry-after"]
    assert await how_many(database, "submission") == 1 + promised
    assert await differences(database) == []
    await hand_in(client, supporter=somebody("later"))
    assert await differences(database) == []


async def test_who_is_cancelled_while_a_transaction_begins_leaves_none_open_for_whoever_comes_next(
    client: AsyncClient,
    organiser: AsyncClient,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite begins in a thread, and ends what it has begun")
    await published(organiser)
    execute, begun = asyncpg.Connection.execute, asyncio.Event()

    async def begin_without_an_answer(connection: asyncpg.Connection, query: str, *values: Any, **options: Any) -> None:
        await execute(connection, query, *values, **options)
        begun.set()
        await asyncio.Event().wait()

    async def begin() -> None:
        async with database.transaction():
            pass

    with monkeypatch.context() as slow:
        slow.setattr(asyncpg.Connection, "execute", begin_without_an_answer)
        task = asyncio.create_task(begin())
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await hand_in(client)

    elsewhere = Database(settings.database_url)  # as another process sees it
    assert await how_many(elsewhere, "submission") == 1
    async with database.snapshot() as session:
        assert await (await session.connection()).scalar(sa.text("SHOW transaction_isolation")) == "repeatable read"
    await elsewhere.close()


@contextmanager
def _locked(database: Database) -> Iterator[sqlite3.Connection]:
    """Hold SQLite's one lock for writing, as another process would."""
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@on_one_database
async def test_whoever_writes_waits_until_another_process_has_written(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)

    with _locked(database) as other:
        asyncio.get_running_loop().call_later(0.05, other.execute, "COMMIT")
        await post(client, LETTERS, submission(), status=202)

    assert await how_many(database, "submission") == 1


@on_one_database
async def test_a_process_that_never_lets_go_of_the_lock_is_a_503_and_harms_nobody_afterwards(
    client: AsyncClient, organiser: AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(organiser)

    with _locked(database), monkeypatch.context() as impatient:
        impatient.setattr("app.database.LOCK_PATIENCE", 0.01)
        refused = await client.post(API + LETTERS, json=submission())
        assert (await client.get(f"{API}/campaigns/free-ada")).status_code == 200  # reading goes on

    problem(refused, 503)
    assert refused.headers["Retry-After"]
    assert await how_many(database, "submission") == 0
    await post(client, LETTERS, submission(), status=202)


async def test_a_database_at_whose_address_nobody_listens_is_a_503(
    client: AsyncClient, organiser: AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(organiser)
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nothing")
    with monkeypatch.context() as moved:
        moved.setattr(app.state.enquiries, "_database", gone)
        answer = await client.post(f"{API}{LETTERS}/preview", json=submission())
    await gone.close()

    problem(answer, 503)
    assert answer.headers["retry-after"]
    await post(client, f"{LETTERS}/preview", submission(), status=200)
