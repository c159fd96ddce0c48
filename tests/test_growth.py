"""Nothing that is asked all the time reads all letters, whatever else a database may choose to do with few of them."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy import event
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import Settings
from app.database import Database
from app.delivery import claims, turns
from app.delivery.claims import Lane
from app.delivery.worker import Worker
from app.models.campaign import Campaign
from app.models.columns import now
from app.rows import driver
from app.services import scrub
from app.services.counting import recount
from app.services.telling import announcing, reminders
from tests.factories import API, published
from tests.steps import hand_in, somebody, write

LARGE = {"letter", "delivery", "submission", "tally", "tally_total"}
OF_WHAT_WAITS = {"ix_submission_unconfirmed", "ix_delivery_due_letter", "ix_delivery_due_notice", "ix_delivery_leased"}
OF_THE_NEWEST = "FROM (SELECT letter.id"  # a walk along the newest letters that ends by itself
CAMPAIGN = f"{API}/campaigns/free-ada"
READ = (
    CAMPAIGN,
    f"{CAMPAIGN}/stats?by=country&by=office&by=day",
    f"{CAMPAIGN}/stats?by=country&from=2026-01-01",
    f"{CAMPAIGN}/stats/offices",
    f"{CAMPAIGN}/queue",
    f"{CAMPAIGN}/print-runs",
    f"{API}/campaigns",
    f"{API}/letters",
    f"{API}/letters?stage=held",
    f"{API}/letters?campaign=free-ada&stage=sent",
    f"{API}/letters?reason=gave_up",
    "/metrics",
)

NOTHING = "0 = 1"  # of what is asked of no rows, nothing is read

Statement = tuple[str, Any]


@pytest.fixture
def database_url(untouched_database_url: str) -> str:
    return untouched_database_url


@asynccontextmanager
async def _asked() -> AsyncIterator[list[Statement]]:
    """Collect what any database is asked meanwhile, besides new rows."""
    found: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")) and NOTHING not in statement:
            found.append((statement, parameters))

    ask = driver.ask

    async def note_ready_made(session: AsyncSession, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        note(None, None, sql, tuple(values))
        return await ask(session, sql, values)

    event.listen(sa.engine.Engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(driver, "ask", note_ready_made)
            yield found
    finally:
        event.remove(sa.engine.Engine, "before_cursor_execute", note)


async def _reading_all(database: Database, asked: list[Statement]) -> list[str]:
    """Return the statements that would read a whole table of those that grow, though an index may be used."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            plans = [(each, await _sqlite_scans(connection, each)) for each in asked]
        else:
            await connection.exec_driver_sql("SET enable_seqscan = off")
            plans = [(each, await _postgresql_scans(connection, each)) for each in asked]
        await connection.rollback()
    return [f"{scanned}: {statement}" for (statement, _), scanned in plans if scanned]


async def _sqlite_scans(connection: Any, asked: Statement) -> list[str]:
    plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1])
    steps = [detail.split() for *_, detail in plan]
    scans = [step for step in steps if step[0] == "SCAN" and step[1] in LARGE and not OF_WHAT_WAITS & set(step)]
    return [] if OF_THE_NEWEST in asked[0].replace("\n", " ") else [step[1] for step in scans]


async def _postgresql_scans(connection: Any, asked: Statement) -> list[str]:
    many = isinstance(asked[1], list)
    found = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {asked[0]}", asked[1][0] if many else asked[1])
    ((plan,),) = found
    root = json.loads(plan)[0] if isinstance(plan, str) else plan[0]
    return [node["Relation Name"] for node in _nodes(root["Plan"]) if _reads_all(node)]


def _reads_all(node: dict[str, Any]) -> bool:
    if node.get("Relation Name") not in LARGE:
        return False
    walks = node["Node Type"] in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node
    return node["Node Type"] == "Seq Scan" or (walks and node["Index Name"] not in OF_WHAT_WAITS)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all steps of a plan, but for a walk along the newest letters that ends by itself."""
    yield node
    under_limit = node["Node Type"] == "Limit"
    for each in node.get("Plans", ()):
        if under_limit and each.get("Index Name") == "pk_letter" and "Filter" not in each:
            continue
        yield from _nodes(each)


async def test_no_question_reads_all_letters(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    await published(organiser)
    await write(client)
    await worker.drain()
    async with database.reading() as session:
        campaign_id = (await session.exec(select(Campaign.id))).one()
    async with _asked() as asked:
        for path in (*READ, f"/osdi/advocacy_campaigns/{campaign_id}/outreaches"):
            answer = await organiser.get(path)
            assert answer.status_code == 200, answer.text
    assert len(asked) > len(READ)
    assert await _reading_all(database, asked) == []


async def test_no_writer_reads_all_letters(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database, settings: Settings
) -> None:
    await published(organiser)
    async with _asked() as asked:
        await write(client)
        _, token = await hand_in(client, supporter=somebody("sam"))
        await client.get(f"{API}/receipts/{token}")
        async with database.transaction() as session:
            assert await turns.claim(session, settings, most=10, at=now())
        await worker.drain()
        await client.delete(f"{API}/receipts/{token}")
        await scrub.run(database, at=now())
        await reminders.run(database, at=now())
        await organiser.post(f"{CAMPAIGN}/news", json={"text": {"en": "There is news."}})
        await announcing.tell_some(database, at=now())
    assert len(asked) > 20
    assert await _reading_all(database, asked) == []


@pytest.mark.parametrize(
    ("asked_for", "index"), [("reason=gave_up", "ix_letter_reason"), ("kind=joint", "ix_letter_joint")]
)
async def test_few_letters_among_many_are_found_by_an_index_of_their_own(
    client: AsyncClient, organiser: AsyncClient, database: Database, asked_for: str, index: str
) -> None:
    await published(organiser)
    await write(client)
    async with _asked() as asked:
        assert (await organiser.get(f"{API}/letters?{asked_for}")).status_code == 200
    (walk,) = [each for each in asked if "tally_total" in each[0]]
    assert await _uses(database, walk, index)


async def test_notices_that_wait_are_found_among_those_that_wait(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await hand_in(client)
    async with _asked() as asked, database.transaction() as session:
        assert len(await claims.claim(session, Lane.NOTICES, most=10, lease_time=60)) == 1
    assert await _uses(database, asked[0], "ix_delivery_due_notice")
    async with _asked() as asked:
        assert (await client.get("/metrics")).status_code == 200
    (oldest,) = [each for each in asked if "min(" in each[0] and "notice" in each[0]]
    assert await _uses(database, oldest, "ix_delivery_due_notice")


async def _uses(database: Database, asked: Statement, index: str) -> bool:
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        words = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        plan = await connection.exec_driver_sql(f"{words} {asked[0]}", asked[1])
        return index in str(plan.all())


async def test_the_proof_sees_what_reads_all_letters(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await write(client)
    async with _asked() as asked, database.snapshot() as session:
        assert await recount.differences(session) == []
    assert await _reading_all(database, asked) != []
