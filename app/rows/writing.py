"""Many rows written in one statement, past the ORM: each column comes as one array on PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.rows import driver, inserts
from app.rows.asking import table_of


class Row(Protocol):
    """A NamedTuple whose fields are columns."""

    @property
    def _fields(self) -> tuple[str, ...]: ...
    def _asdict(self) -> dict[str, Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Rows(NamedTuple):
    """New rows of one kind. Where one with the same primary key is there, the column `add` is added to it."""

    model: type[SQLModel]
    new: Sequence[Row]
    add: str | None = None

    @property
    def kind(self) -> "_Kind":
        return _Kind(table_of(self.model), self.new[0]._fields, self.add)


class _Kind(NamedTuple):
    table: sa.Table
    names: tuple[str, ...]
    add: str | None


async def execute_many(session: AsyncSession, statement: sa.Executable, values: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement for all values in one round trip, past the ORM."""
    if values:
        await (await session.connection()).execute(statement, list(values))


async def insert_rows(session: AsyncSession, model: type[SQLModel], new: Sequence[Row]) -> None:
    """Insert rows of one kind, named as their columns."""
    await write_together(session, Rows(model, new))


async def upsert_adding(session: AsyncSession, model: type[SQLModel], new: Sequence[Row], *, add: str) -> None:
    """Insert the rows in their order; where one with the same primary key is there, add the column `add` to it."""
    await write_together(session, Rows(model, new, add))


async def write_together(session: AsyncSession, *all_rows: Rows) -> None:
    """Write rows of several kinds, one kind after the other: on PostgreSQL in one statement."""
    written = [each for each in all_rows if each.new]
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        for each in written:
            statement = _made(dialect, each.kind)
            await driver.ask_many(session, statement.sql, list(zip(*statement.columns(each.new), strict=True)))
    elif written:
        statement = _made(dialect, *(each.kind for each in written))
        await driver.ask(session, statement.sql, statement.columns(*(each.new for each in written)))


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


def _made(dialect: sa.Dialect, *kinds: _Kind) -> inserts.Insert:
    return inserts.once((dialect.name, *kinds), lambda: _making(dialect, kinds))


def _making(dialect: sa.Dialect, kinds: Sequence[_Kind]) -> inserts.Insert:
    """Return the inserts in one statement. Each asks what the one before has written, so that they keep in order."""
    before: list[sa.CTE] = []
    for n, kind in enumerate(kinds):
        statement = _inserting(dialect, kind, n, before[-1:])
        if n < len(kinds) - 1:
            before.append(statement.returning(sa.literal_column("1").label("one")).cte(f"written_{n}"))
    return inserts.insert(statement, [_columns_of(kind, n) for n, kind in enumerate(kinds)], dialect)


def _inserting(dialect: sa.Dialect, kind: _Kind, n: int, before: Sequence[sa.CTE]) -> Any:  # noqa: ANN401 - see _insert
    """Return the insert, which may add one column to rows that are there."""
    statement = _insert(dialect, kind.table)
    if dialect.name != "sqlite":
        given = _arrays(kind, n).where(*map(_is_done, before))
        statement = statement.from_select(kind.names, given, include_defaults=False)
    if kind.add:
        adding = {kind.add: kind.table.c[kind.add] + statement.excluded[kind.add]}
        statement = statement.on_conflict_do_update(index_elements=list(kind.table.primary_key.columns), set_=adding)
    return statement


def _is_done(before: sa.CTE) -> sa.ColumnElement[bool]:
    return sa.select(sa.func.count()).select_from(before).scalar_subquery() >= sa.literal_column("0")


def _arrays(kind: _Kind, n: int) -> sa.Select[Any]:
    """Return rows that come as one array for each column: the text is the same for any number of rows."""
    columns = _columns_of(kind, n).items()
    arrays = [sa.bindparam(name, type_=postgresql.ARRAY(type_, dimensions=1)) for name, type_ in columns]
    return sa.select(*sa.func.unnest(*arrays).table_valued(*kind.names).render_derived(f"new_{n}").c)


def _columns_of(kind: _Kind, n: int) -> dict[str, Any]:
    """Return the types of a kind's values by the names under which they are bound: columns' own for the first."""
    return {f"{name}_{n}" if n else name: kind.table.c[name].type for name in kind.names}


def _insert(dialect: sa.Dialect, table: sa.Table) -> Any:  # noqa: ANN401 - the dialects' inserts share no type
    return (sqlite if dialect.name == "sqlite" else postgresql).insert(table)
