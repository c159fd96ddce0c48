"""The engine, sessions and transactions: whatever the database is. Only here is committed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.checkpoints import LONGEST_LOG, Checkpoints
from app.rows import driver
from app.rows.prepared import waiting_or_not

LOCK_PATIENCE = 30.0  # seconds that a writer waits for another process to release SQLite
LOCK_PATIENCE_OF_OTHERS = 60_000  # milliseconds after which PostgreSQL ends the transaction of a process that is frozen
IN_THE_WAY = frozenset({"40P01", "40001", "23505"})  # a deadlock, or another's row that came first
POOL = 10  # connections a process keeps
POOL_OVERFLOW = 20


class Database:
    """The engine, and the ways of talking to it: looking(), reading(), snapshot(), transaction() and stroke()."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self.groups_at_once = 1 if self.is_sqlite else 2  # a second would only wait for the one writer
        self._writers = asyncio.Lock()
        self._checkpoints = Checkpoints(self.engine, self._writers)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commit everything that is done inside, or nothing."""
        if not self.is_sqlite:
            async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
                await driver.begin(session)
                yield session
                await _last(session)
            return
        # SQLite has one writer: queue here, in order, instead of polling its lock
        async with self._writers, AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            await session.connection(execution_options={"sqlite_begin": False})
            await driver.begin_to_write(session, patience=LOCK_PATIENCE)
            yield session
            await _last(session)
        self._checkpoints.after_a_write()

    @asynccontextmanager
    async def stroke(self) -> AsyncIterator[AsyncSession]:
        """Look, and then write in ONE statement: PostgreSQL takes it as a transaction, without BEGIN and COMMIT."""
        if self.is_sqlite:
            async with self.transaction() as session:
                yield session
            return
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Read; nothing is kept."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncSession]:
        """Ask ready-made questions. Each sees the newest by itself, so none waits for a transaction to begin."""
        async with self.reading() as session:
            if self.is_sqlite:  # on PostgreSQL, ready-made text begins none
                await session.connection(execution_options={"sqlite_begin": False})
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Read from one snapshot, whatever is written meanwhile: for comparing one table with another."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            if not self.is_sqlite:  # a SQLite transaction is a snapshot by itself
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                await driver.begin(session)
            yield session

    async def close(self) -> None:
        await self._checkpoints.close()
        await self.engine.dispose()


async def one_at_a_time(session: AsyncSession, keys: Iterable[bytes], *, wait: bool) -> set[bytes]:
    """Let transactions with the same keys follow each other; return the keys that are ours. SQLite has one writer."""
    ordered = sorted(set(keys))
    if session.get_bind().dialect.name == "sqlite" or not ordered:
        return set(ordered)
    numbers = {int.from_bytes(key[:8], signed=True): key for key in ordered}
    taken = await _advisory_lock[wait].rows(session, numbers=sorted(numbers))
    return {numbers[each] for each, ours in taken if wait or ours}


@waiting_or_not
def _advisory_lock(_session: AsyncSession, numbers: list[int], *, wait: bool) -> sa.Select[Any]:
    lock = sa.func.pg_advisory_xact_lock if wait else sa.func.pg_try_advisory_xact_lock
    number = sa.func.unnest(sa.literal(numbers, postgresql.ARRAY(sa.BigInteger))).column_valued("number")
    return sa.select(number, lock(number))


def was_in_the_way(error: DBAPIError) -> bool:
    """Tell whether a transaction was given up for another's sake. Again, it goes through or finds their row."""
    return getattr(error.orig, "sqlstate", None) in IN_THE_WAY


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
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"wal_autocheckpoint={LONGEST_LOG}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("sqlite_begin", True):
            connection.exec_driver_sql("BEGIN")

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
