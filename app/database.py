"""The one file that knows that there are two databases, and the only one that commits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.sqltypes import UTCDateTime

from app import prepared
from app.prepared import Prepared, Slot

LOCK_PATIENCE = 30.0  # seconds that a writer waits for another process to release SQLite
LOCK_PATIENCE_OF_OTHERS = 60_000  # milliseconds after which PostgreSQL ends the transaction of a process that is frozen
PART = 5_000  # rows of one part of a stream
DEADLOCKS = frozenset({"40P01", "40001"})
POOL = 10  # connections a process keeps
POOL_OVERFLOW = 20


class Row(Protocol):
    """A NamedTuple whose fields are columns."""

    @property
    def _fields(self) -> tuple[str, ...]: ...
    def _asdict(self) -> dict[str, Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


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
                await prepared.begin(session)
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
                await prepared.begin(session)
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


async def one_at_a_time(session: AsyncSession, keys: Iterable[bytes], *, wait: bool) -> set[bytes]:
    """Let transactions with the same keys follow each other; return the keys that are ours. SQLite has one writer."""
    ordered = sorted(set(keys))
    if session.get_bind().dialect.name == "sqlite" or not ordered:
        return set(ordered)
    numbers = {int.from_bytes(key[:8], signed=True): key for key in ordered}
    taken = await (_waited_for if wait else _tried).rows(session, numbers=sorted(numbers))
    return {numbers[each] for each, ours in taken if wait or ours}


def _advisory_lock(_session: AsyncSession, numbers: list[int], *, lock: Any) -> sa.Select[Any]:  # noqa: ANN401 - a function
    number = sa.func.unnest(sa.literal(numbers, postgresql.ARRAY(sa.BigInteger))).column_valued("number")
    return sa.select(number, lock(number))


_waited_for = Prepared(partial(_advisory_lock, lock=sa.func.pg_advisory_xact_lock))
_tried = Prepared(partial(_advisory_lock, lock=sa.func.pg_try_advisory_xact_lock))


def was_in_the_way(error: DBAPIError) -> bool:
    """Tell whether a transaction was given up for another's sake: a deadlock. Done again, it goes through."""
    return getattr(error.orig, "sqlstate", None) in DEADLOCKS


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


async def streamed(session: AsyncSession, statement: sa.Executable) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
    """Fetch columns in parts, however many rows there are."""
    result = await (await session.connection()).stream(statement, execution_options={"yield_per": PART})
    async for part in result.partitions():
        yield [tuple(row) for row in part]


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


async def insert_rows(session: AsyncSession, model: type[SQLModel], new: Sequence[Row]) -> None:
    """Insert rows of one kind, named as their columns."""
    await _insert_all(session, table_of(model), new, add=None)


async def upsert_adding(session: AsyncSession, model: type[SQLModel], new: Sequence[Row], *, add: str) -> None:
    """Insert the rows in their order; where one with the same primary key is there, add the column `add` to it."""
    await _insert_all(session, table_of(model), new, add=add)


async def upsert(session: AsyncSession, model: type[SQLModel], values: Sequence[Mapping[str, Any]]) -> None:
    """Insert the values; where one with the same primary key is there, put them in its place."""
    table = table_of(model)
    statement = _insert(session.get_bind().dialect, table)
    key = table.primary_key.columns
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    await execute_many(session, statement.on_conflict_do_update(index_elements=list(key), set_=others), values)


async def insert_if_new(session: AsyncSession, model: type[SQLModel], row: Mapping[str, Any]) -> bool:
    """Insert the row unless its primary key is taken; tell whether it went in."""
    table = table_of(model)
    statement = _insert(session.get_bind().dialect, table).values(**row).on_conflict_do_nothing()
    result = await session.exec(statement.returning(*table.primary_key.columns))
    return result.first() is not None


async def insert_new_ones(session: AsyncSession, model: type[SQLModel], new: Sequence[Row]) -> set[Any]:
    """Insert the rows whose primary key, their first column, is not taken; return the keys of those that went in."""
    table = table_of(model)
    key = table.c[new[0]._fields[0]]
    if session.get_bind().dialect.name == "sqlite":  # where nobody else writes between the look and the insert
        taken = {found for (found,) in await rows(session, sa.select(key).where(key.in_([each for each, *_ in new])))}
        fresh = [row for row in new if next(iter(row)) not in taken]
        await insert_rows(session, model, fresh)
        return {each for each, *_ in fresh}
    dialect, names = session.get_bind().dialect, new[0]._fields
    statement = prepared.once(("new", table, names), lambda: _inserting_new(dialect, table, names))
    return {found for (found,) in await prepared.ask(session, statement.sql, statement.columns(new))}


async def _insert_all(session: AsyncSession, table: sa.Table, new: Sequence[Row], *, add: str | None) -> None:
    if not new:
        return
    dialect = session.get_bind().dialect
    names = new[0]._fields
    key = dialect.name, table, names, add
    statement = prepared.once(key, lambda: _inserting(dialect, table, names, add))
    if dialect.name == "sqlite":
        await prepared.ask_many(session, statement.sql, list(zip(*statement.columns(new), strict=True)))
    else:
        await prepared.ask(session, statement.sql, statement.columns(new))


def _inserting(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...], add: str | None) -> prepared.Insert:
    """Return the insert, which may add one column to rows that are there."""
    statement = _insert(dialect, table)
    if add:
        adding = {add: table.c[add] + statement.excluded[add]}
        statement = statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=adding)
    if dialect.name != "sqlite":
        statement = statement.from_select(names, _arrays(table, names), include_defaults=False)
    return prepared.insert(statement, table, names, dialect)


def _inserting_new(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> prepared.Insert:
    """Return the insert, on PostgreSQL, of what is not there; it returns the first column."""
    statement = postgresql.insert(table).from_select(names, _arrays(table, names), include_defaults=False)
    found = statement.on_conflict_do_nothing().returning(table.c[names[0]])
    return prepared.insert(found, table, names, dialect)


async def update_each(
    session: AsyncSession,
    model: type[SQLModel],
    new: Sequence[Row],
    change: Callable[[Mapping[str, sa.ColumnElement[Any]]], sa.Update],
    **types: sa.types.TypeEngine[Any],
) -> None:
    """Update rows, each with values of its own, in one statement. `types` are those of values that are no columns."""
    if not new:
        return
    columns = {name: types.get(name) or table_of(model).c[name].type for name in new[0]._fields}
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        parameters = {name: sa.bindparam(f"b_{name}", type_=type_) for name, type_ in columns.items()}
        values = [{f"b_{name}": each for name, each in row._asdict().items()} for row in new]
        await connection.execute(change(parameters), values)
        return
    arrays = [sa.bindparam(f"b_{name}", type_=postgresql.ARRAY(each, dimensions=1)) for name, each in columns.items()]
    table = sa.func.unnest(*arrays).table_valued(*(sa.column(name, each) for name, each in columns.items()))
    given: Any = table.render_derived("given").c
    await connection.execute(change(given), {f"b_{name}": each for name, each in _columns(new).items()})


def _columns(new: Sequence[Row]) -> dict[str, list[Any]]:
    columns = zip(*new, strict=True)
    return {name: list(column) for name, column in zip(new[0]._fields, columns, strict=True)}


def _arrays(table: sa.Table, names: tuple[str, ...]) -> sa.Select[Any]:
    """Return rows that come as one array for each column: the statement's text is the same for any number of rows."""
    arrays = [sa.bindparam(name, type_=postgresql.ARRAY(table.c[name].type, dimensions=1)) for name in names]
    return sa.select(*sa.func.unnest(*arrays).table_valued(*names).render_derived().c)


def among(session: AsyncSession, column: Any, values: Iterable[object]) -> sa.ColumnElement[bool]:  # noqa: ANN401
    """Return the condition that a column has one of these values, in a text that does not grow with their number."""
    if session.get_bind().dialect.name == "sqlite":
        typed = [sa.literal(each, column.type) if isinstance(each, Slot) else each for each in values]
        return cast("sa.ColumnElement[bool]", column.in_(typed) if typed else sa.false())
    return cast("sa.ColumnElement[bool]", column == sa.any_(sa.literal(list(values), postgresql.ARRAY(column.type))))


def matching(session: AsyncSession, columns: Sequence[Any], found: Sequence[Sequence[object]]) -> Any:  # noqa: ANN401
    """Return the condition that several columns together are one of these rows."""
    together = sa.tuple_(*columns)
    if session.get_bind().dialect.name == "sqlite":  # which for rows alone would read an index from end to end
        by_column = enumerate(zip(columns, zip(*found, strict=True), strict=True))
        alone = [
            column.in_(_values(f"of_{n}", [column], [[each] for each in values])) for n, (column, values) in by_column
        ]
        return sa.and_(together.in_(_values("row", columns, found)), *alone)
    values = zip(*found, strict=True)
    arrays = [
        sa.literal(list(each), postgresql.ARRAY(column.type)) for column, each in zip(columns, values, strict=True)
    ]
    names = [column.name for column in columns]
    return together.in_(sa.select(*sa.func.unnest(*arrays).table_valued(*names).render_derived().c))


def newest_of_each(session: AsyncSession, groups: sa.FromClause, newest: sa.Select[Any], key: Any) -> sa.Select[Any]:  # noqa: ANN401
    """Return the keys that `newest`, a question with a limit, finds for each of the groups: a short walk for each."""
    if session.get_bind().dialect.name == "sqlite":
        found = key.table.alias()
        return sa.select(found.c[key.name]).select_from(groups).join(found, found.c[key.name].in_(newest))
    each = newest.lateral()
    return sa.select(each.c[key.name]).select_from(groups).join(each, sa.true())


def _values(name: str, columns: Sequence[Any], found: Sequence[Sequence[object]]) -> sa.TextClause:
    places = [[f"{name}_{row}_{column}" for column in range(len(columns))] for row in range(len(found))]
    bound = [
        sa.bindparam(place, value, type_=column.type)
        for names, row in zip(places, found, strict=True)
        for place, value, column in zip(names, row, columns, strict=True)
    ]
    words = ", ".join("(" + ", ".join(f":{place}" for place in names) + ")" for names in places)
    return sa.text(f"VALUES {words}").bindparams(*bound)


def _insert(dialect: sa.Dialect, table: sa.Table) -> Any:  # noqa: ANN401 - the dialects' inserts share no type
    return (sqlite if dialect.name == "sqlite" else postgresql).insert(table)


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
