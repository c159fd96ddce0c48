"""Many rows written in one statement, past the ORM: each column comes as one array on PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.rows import prepared
from app.rows.asking import rows, table_of


class Row(Protocol):
    """A NamedTuple whose fields are columns."""

    @property
    def _fields(self) -> tuple[str, ...]: ...
    def _asdict(self) -> dict[str, Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


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


def _arrays(table: sa.Table, names: tuple[str, ...]) -> sa.Select[Any]:
    """Return rows that come as one array for each column: the statement's text is the same for any number of rows."""
    arrays = [sa.bindparam(name, type_=postgresql.ARRAY(table.c[name].type, dimensions=1)) for name in names]
    return sa.select(*sa.func.unnest(*arrays).table_valued(*names).render_derived().c)


def _insert(dialect: sa.Dialect, table: sa.Table) -> Any:  # noqa: ANN401 - the dialects' inserts share no type
    return (sqlite if dialect.name == "sqlite" else postgresql).insert(table)
