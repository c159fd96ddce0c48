"""The one file that knows that there are two databases, and the only one that commits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.sqltypes import UTCDateTime

LOCK_PATIENCE = 30.0  # seconds that a writer waits for another process to release SQLite
LOCK_PATIENCE_OF_OTHERS = 60_000  # milliseconds after which PostgreSQL ends the transaction of a process that is frozen
POOL = 10  # connections a process keeps
POOL_OVERFLOW = 20


class Database:
    """The engine, and the two ways of talking to it: reading() and transaction()."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._writers = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commit everything that is done inside, or nothing."""
        if not self.is_sqlite:
            async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
                await _last(session)
            return
        # SQLite has one writer: queue here, in order, instead of polling its lock
        async with self._writers, AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            await session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            yield session
            await _last(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Read; nothing is kept."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Read from one snapshot, whatever is written meanwhile: for comparing one table with another."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            if not self.is_sqlite:  # a SQLite transaction is a snapshot by itself
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


async def one_at_a_time(session: AsyncSession, key: bytes) -> None:
    """Let transactions with this key wait for each other. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(key[:8], signed=True)
        await rows(session, sa.select(sa.func.pg_advisory_xact_lock(number)))


def at_the_end(session: AsyncSession, do: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Have something done once, last before the commit: what many transactions contend for is then held shortest."""
    session.info.setdefault("last", {})[do] = None


async def _last(session: AsyncSession) -> None:
    await session.flush()
    for do in session.info.pop("last", ()):
        await do(session)


def _sqlite_engine(url: sa.URL) -> AsyncEngine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url, hide_parameters=True, pool_size=POOL, max_overflow=POOL_OVERFLOW, connect_args={"timeout": LOCK_PATIENCE}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.isolation_level = None  # the driver begins no transaction by itself; `begin` below does
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine


def _postgresql_engine(url: sa.URL) -> AsyncEngine:
    idle = {"idle_in_transaction_session_timeout": str(LOCK_PATIENCE_OF_OTHERS)}
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=POOL_OVERFLOW,
        connect_args={"server_settings": idle, "async_creator_fn": _connect},
    )


async def _connect(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - the driver's own connection
    """Connect; that nobody listens is an error of the database like all others, and no file that is missing."""
    try:
        return await asyncpg.connect(*arguments, **options)
    except OSError as error:
        raise asyncpg.CannotConnectNowError(type(error).__name__) from error


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table of a model, for statements that go past the ORM."""
    return model.__table__  # type: ignore[attr-defined, no-any-return] # SQLModel sets it on table models


async def rows(session: AsyncSession, statement: sa.Executable) -> Sequence[tuple[Any, ...]]:
    """Fetch columns, past the ORM. Changes that were not flushed are not seen."""
    found = await (await session.connection()).execute(statement)
    return [tuple(row) for row in found]


async def mappings(session: AsyncSession, statement: sa.Executable) -> list[Mapping[str, Any]]:
    """Fetch rows by the names of their columns, past the ORM."""
    found = await (await session.connection()).execute(statement)
    return [dict(row) for row in found.mappings()]


async def stream(session: AsyncSession, statement: sa.Executable) -> AsyncIterator[Mapping[str, Any]]:
    """Fetch rows as they are asked for, by the names of their columns, past the ORM."""
    async with (await session.connection()).stream(statement) as found:
        async for row in found.mappings():
            yield dict(row)


async def execute_many(session: AsyncSession, statement: sa.Executable, values: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement for all values in one round trip, past the ORM."""
    if values:
        await (await session.connection()).execute(statement, list(values))


async def upsert_adding(
    session: AsyncSession, model: type[SQLModel], values: Sequence[Mapping[str, Any]], *, add: str
) -> None:
    """Insert the values; where one with the same primary key is there, add the column `add` to it."""
    table = table_of(model)
    statement = _insert(session, table)
    adding = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={add: table.c[add] + statement.excluded[add]}
    )
    await execute_many(session, adding, values)


async def upsert(session: AsyncSession, model: type[SQLModel], values: Sequence[Mapping[str, Any]]) -> None:
    """Insert the values; where one with the same primary key is there, put them in its place."""
    table = table_of(model)
    statement = _insert(session, table)
    key = table.primary_key.columns
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    await execute_many(session, statement.on_conflict_do_update(index_elements=list(key), set_=others), values)


async def insert_if_new(session: AsyncSession, model: type[SQLModel], row: Mapping[str, Any]) -> bool:
    """Insert the row unless its primary key is taken; tell whether it went in."""
    table = table_of(model)
    statement = _insert(session, table).values(**row).on_conflict_do_nothing()
    result = await session.exec(statement.returning(*table.primary_key.columns))
    return result.first() is not None


def _insert(session: AsyncSession, table: sa.Table) -> Any:  # noqa: ANN401 - the dialects' inserts share no type
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(table)


class database_now(sa.sql.functions.FunctionElement[datetime]):  # noqa: N801 - reads as the SQL function it is
    """The database's own clock, the same for all workers, moved on by a number of seconds."""

    inherit_cache = True
    type = UTCDateTime()

    def __init__(self, seconds: float | sa.BindParameter[float] = 0) -> None:
        moved = sa.bindparam(None, float(seconds), sa.Float()) if isinstance(seconds, int | float) else seconds
        super().__init__(moved)


@compiles(database_now, "postgresql")
def _postgresql_now(element: database_now, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    (seconds,) = element.clauses
    return f"(statement_timestamp() + make_interval(secs => {compiler.process(seconds, **options)}))"


@compiles(database_now, "sqlite")
def _sqlite_now(element: database_now, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    (seconds,) = element.clauses
    return f"strftime('%Y-%m-%d %H:%M:%f', 'now', {compiler.process(seconds, **options)} || ' seconds')"
