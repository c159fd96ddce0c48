"""Questions past the ORM, and what the two databases word differently in them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.sqltypes import UTCDateTime

from app.rows.prepared import Slot

PART = 5_000  # rows of one part of a stream


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
        of = columns[0].table.name
        alone = [
            column.in_(_values(f"{of}_{column.name}", [column], [[each] for each in values]))
            for column, values in zip(columns, zip(*found, strict=True), strict=True)
        ]
        return sa.and_(together.in_(_values(of, columns, found)), *alone)
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
