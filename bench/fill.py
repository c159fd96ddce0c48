"""A database filled with letters of many campaigns in bulk: rows made by the database itself, counts by recount.

Ten weeks of submissions with three letters each, in the order in which they came: most are sent, the newest wait.
"""

import asyncio
import json
import uuid
from dataclasses import dataclass
from typing import Any, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.models.brief import Brief
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.office import Office
from app.models.organisation import Organisation
from app.models.pace import Stream
from app.rows.asking import rows, table_of
from app.rows.writing import execute_many
from app.services.counting import recount
from app.services.team import organisers
from bench.api import SLUG
from bench.filling import DIALECT, TABLES, statements
from bench.progress import Progress

CAMPAIGNS = 200  # and as many offices: each campaign writes to three
OF_THE_SMALL = 3  # campaigns of a small organisation, among those of a large one
STEP = 300_000  # letters of one transaction


GROWING: dict[str, Any] = {
    "number": sa.Integer(),
    "campaign_id": sa.Uuid(),
    "brief_id": sa.Uuid(),
    "office_id": sa.Uuid(),
    "organisation_id": sa.Uuid(),
}


UNSAFE = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000"


@dataclass(frozen=True)
class Made:
    """A campaign of the filled database."""

    id: uuid.UUID
    brief_id: uuid.UUID
    offices: list[uuid.UUID]
    organisation: uuid.UUID


@dataclass(frozen=True)
class Keys:
    """API keys of two organisers."""

    large: str
    small: str


async def fill_database(url: str, letters: int) -> Keys:
    """Fill a prepared database, and tell how far it is."""
    database = Database(url)
    async with database.transaction() as session:
        keys = Keys(
            await organisers.create(session, organisation="Growers", name="Greta Grower"),
            await organisers.create(session, organisation="Small growers", name="Sam Grower"),
        )
        await _campaigns(session)
    async with database.engine.connect() as connection:
        again = await _drop_indexes(connection)
        await connection.commit()
    await _rows(database, letters)
    await _execute(database, [*again, "DROP TABLE growing"], Progress("indexes", len(again)))
    await _count(database)
    await database.close()
    return keys


async def _rows(database: Database, letters: int) -> None:
    made = statements(DIALECT[database.url.get_backend_name()], CAMPAIGNS, letters, step=STEP)
    submissions, written, others = made
    told = Progress("parts", sum(map(len, made)))
    if database.is_sqlite:  # one writer
        await _execute(database, submissions + written + others, told)
    else:
        await asyncio.gather(_execute(database, submissions + others, told), _execute(database, written, told))


async def _count(database: Database) -> None:
    await _look_over(database)
    async with database.transaction() as session:
        if not database.is_sqlite:
            await session.exec(sa.text("SET LOCAL work_mem = '512MB'"))  # type: ignore[call-overload]
        await recount.rebuild(session)
    await _look_over(database)


async def _look_over(database: Database) -> None:
    """As autovacuum does in time. Nobody analyses an SQLite: it plans without statistics, here too."""
    if database.is_sqlite:
        return
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.exec_driver_sql("VACUUM ANALYZE")


async def _execute(database: Database, statements: list[str], told: Progress) -> None:
    """Execute each in a transaction of its own. The keys are right, and are not looked up."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            raw = await connection.get_raw_connection()
            await cast("aiosqlite.Connection", raw.driver_connection).executescript(UNSAFE)  # before any BEGIN
        for statement in statements:
            if not database.is_sqlite:
                await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            await connection.exec_driver_sql(statement)
            await connection.commit()
            told.one_more()


async def _drop_indexes(connection: AsyncConnection) -> list[str]:
    """Drop all that is no constraint: made at once in the end, they take less time. Return how they are made."""
    tables = ", ".join(f"'{each}'" for each in TABLES)
    here = {
        "sqlite": f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> '' AND tbl_name IN ({tables})",
        "postgresql": f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({tables}) AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint)",
    }
    found = [tuple(row) for row in await connection.exec_driver_sql(here[connection.dialect.name])]
    for name, _ in found:
        await connection.exec_driver_sql(f"DROP INDEX {name}")
    return [definition for _, definition in found]


async def _campaigns(session: AsyncSession) -> None:
    """Copy the demonstration's campaign with its brief, and its offices, so that there are many streams."""
    model = await _one(session, Campaign, table_of(Campaign).c.slug == SLUG)
    content = (await _one(session, Brief, table_of(Brief).c.id == model["brief_id"]))["content"]
    model_office = await _one(session, Office, table_of(Office).c.id == uuid.UUID(content["offices"][0]["id"]))
    organisations = dict(await rows(session, sa.select(table_of(Organisation).c.name, table_of(Organisation).c.id)))
    offices = [uuid.uuid4() for _ in range(CAMPAIGNS)]
    made = [
        Made(
            uuid.uuid4(),
            uuid.uuid4(),
            [offices[(n + k) % CAMPAIGNS] for k in range(3)],
            organisations["Small growers" if n >= CAMPAIGNS - OF_THE_SMALL else "Growers"],
        )
        for n in range(CAMPAIGNS)
    ]
    emails = [
        {"id": each, "external_id": None, "emails": [{"address": f"office@office-{n}.example.org", "health": "ok"}]}
        for n, each in enumerate(offices)
    ]
    await execute_many(session, sa.insert(table_of(Office)), [model_office | each for each in emails])
    campaigns = [
        model | {"id": each.id, "brief_id": each.brief_id, "slug": f"grown-{n}", "organisation_id": each.organisation}
        for n, each in enumerate(made)
    ]
    await execute_many(session, sa.insert(table_of(Campaign)), campaigns)
    briefs = [
        {
            "id": each.brief_id,
            "campaign_id": each.id,
            "number": 1,
            "published_at": now(),
            "content": _content(content, n, each),
        }
        for n, each in enumerate(made)
    ]
    await execute_many(session, sa.insert(table_of(Brief)), briefs)
    streams = [{"campaign_id": each.id, "office_id": office} for each in made for office in each.offices]
    await execute_many(session, sa.insert(table_of(Stream)), streams)
    await _note(session, made)


async def _note(session: AsyncSession, made: list[Made]) -> None:
    """Write down what was made by its number, where the statements that fill find it."""
    columns: list[sa.Column[Any]] = [
        sa.Column(name, kind, primary_key=name == "number") for name, kind in GROWING.items()
    ]
    table = sa.Table("growing", sa.MetaData(), *columns)
    await (await session.connection()).run_sync(table.create)
    values = [(n, each.id, each.brief_id, each.offices[0], each.organisation) for n, each in enumerate(made)]
    await execute_many(session, sa.insert(table), [dict(zip(GROWING, each, strict=True)) for each in values])


def _content(content: dict[str, Any], n: int, made: Made) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(content)) | {"campaign_id": str(made.id), "slug": f"grown-{n}"}
    copy["offices"] = [copy["offices"][0] | {"id": str(office)} for office in made.offices]
    return copy


async def _one(session: AsyncSession, model: type, which: sa.ColumnElement[bool]) -> dict[str, Any]:
    table = table_of(model)
    (row,) = await rows(session, sa.select(table).where(which))
    return dict(zip(table.c.keys(), row, strict=True))
