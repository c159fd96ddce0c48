"""Statements that are put together once. What every group asks goes to the driver itself, as ready-made text.

SQLAlchemy still writes the text and converts the values; it only does not do the same work again for each group.
"""

import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import asyncpg
import sqlalchemy as sa
from sqlalchemy import exc
from sqlmodel.ext.asyncio.session import AsyncSession

Convert = Callable[[Any], Any]
ConvertColumn = Callable[[Sequence[Any]], Iterable[Any]]
Values = Mapping[str, Any]
Make = Callable[..., sa.Executable]

DRIVERS_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError)
REFUSED_ROWS = (asyncpg.IntegrityConstraintViolationError, sqlite3.IntegrityError)
REFUSED_VALUES = (asyncpg.DataError, sqlite3.DataError)


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value while a statement is put together: of a list's element, or of an element's column."""

    name: str
    row: int | None = None
    column: int | None = None


class _Text(NamedTuple):
    """A statement as the driver takes it."""

    sql: str
    bound: tuple[Callable[[Values], Any], ...]
    found: tuple[ConvertColumn | None, ...]

    def rows(self, found: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        if not found or not any(self.found):
            return [tuple(row) for row in found]
        columns = zip(zip(*found, strict=True), self.found, strict=True)
        return list(zip(*(convert(column) if convert else column for column, convert in columns), strict=True))


class Prepared:
    """A statement made of named values; lists among them may have any length."""

    def __init__(self, make: Make) -> None:
        """`make` is called with a Slot for each value, or with a list of them."""
        self._make = make
        self._texts: dict[tuple[object, ...], _Text] = {}

    async def rows(self, session: AsyncSession, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any column's
        """Execute it, past the ORM. Changes that were not flushed are not seen."""
        dialect = session.get_bind().dialect
        shape = dialect.name, *(_length(value, dialect) for value in values.values())
        if (text := self._texts.get(shape)) is None:
            slots = {name: _slots(name, value, dialect) for name, value in values.items()}
            text = self._texts[shape] = _text(self._make(session, **slots), dialect)
        return text.rows(await ask(session, text.sql, [bound(values) for bound in text.bound]))


class Insert(NamedTuple):
    """An insert of rows of some kinds: each column comes as one array, or, on SQLite, each row by itself."""

    sql: str
    taken: tuple[tuple[int, int, Convert | None], ...]  # of which kind, at which place

    def columns(self, *new: Sequence[Iterable[Any]]) -> list[Sequence[Any]]:
        """Return the values as the driver takes them, by column."""
        columns = [list(zip(*rows, strict=True)) for rows in new]
        return [
            columns[kind][place] if convert is None else list(_converted(columns[kind][place], convert))
            for kind, place, convert in self.taken
        ]


def _converted(values: Iterable[Any], convert: Convert) -> Iterator[Any]:
    """Convert what many rows share, an instant or a campaign, once for all that follow each other."""
    last = found = None
    for value in values:
        if value is not last:
            last, found = value, convert(value)
        yield found


_inserts: dict[Hashable, Insert] = {}


def insert(statement: sa.Insert, kinds: Sequence[Mapping[str, Any]], dialect: sa.Dialect) -> Insert:
    """Return an insert of rows of these kinds; each tells how its values are bound, and of which types they are."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(kinds[0]))
    places = {
        name: (n, place, converter(type_, dialect))
        for n, kind in enumerate(kinds)
        for place, (name, type_) in enumerate(kind.items())
    }
    return Insert(str(compiled), tuple(places[name] for name in compiled.positiontup))


def once(key: Hashable, make: Callable[[], Insert]) -> Insert:
    """Return the insert that was made for this key, or make it."""
    if (made := _inserts.get(key)) is None:
        made = _inserts[key] = make()
    return made


async def begin(session: AsyncSession) -> None:
    """Begin at once, on PostgreSQL: SQLAlchemy would wait for a statement of its own."""
    connection = await session.connection()
    raw: Any = await connection.get_raw_connection()
    try:
        await raw.dbapi_connection._start_transaction()  # noqa: SLF001 - nothing public begins without a statement
    except Exception:  # noqa: BLE001 - whatever it is, SQLAlchemy knows how to tell it
        await connection.exec_driver_sql("SELECT 1")
    session.info["driver"] = raw.driver_connection


async def ask(session: AsyncSession, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """Execute ready-made text."""
    driver = await _driver(session)
    try:
        if session.get_bind().dialect.name == "sqlite":
            return await driver.execute_fetchall(sql, values)  # type: ignore[no-any-return] # rows
        return await driver.fetch(sql, *values)  # type: ignore[no-any-return] # records
    except DRIVERS_ERRORS as error:
        await _notice_loss(session, driver)
        raise _told(error, sql) from error


async def ask_many(session: AsyncSession, sql: str, values: Sequence[Sequence[Any]]) -> None:
    """Execute ready-made text for each row, on SQLite."""
    driver = await _driver(session)
    try:
        await driver.executemany(sql, values)
    except DRIVERS_ERRORS as error:
        raise _told(error, sql) from error


async def _driver(session: AsyncSession) -> Any:  # noqa: ANN401 - the driver's own connection
    """Return the connection, which a session keeps: it is one transaction."""
    if "driver" not in session.info:
        session.info["driver"] = (await (await session.connection()).get_raw_connection()).driver_connection
    return session.info["driver"]


async def _notice_loss(session: AsyncSession, driver: Any) -> None:  # noqa: ANN401 - the driver's own connection
    """Let SQLAlchemy find out that a connection is gone: it renews all that it keeps."""
    if isinstance(driver, asyncpg.Connection) and driver.is_closed():
        await (await session.connection()).exec_driver_sql("SELECT 1")


def _told(error: Exception, sql: str) -> exc.DBAPIError:
    """Return the error as SQLAlchemy tells it."""
    kind: type[exc.DBAPIError] = exc.OperationalError
    if isinstance(error, REFUSED_ROWS):
        kind = exc.IntegrityError
    elif isinstance(error, REFUSED_VALUES):
        kind = exc.DataError
    return kind(sql, None, error, hide_parameters=True)


def _text(statement: Any, dialect: sa.Dialect) -> _Text:  # noqa: ANN401 - a select, or an update or insert that returns
    compiled = statement.compile(dialect=dialect)
    given = compiled.construct_params()
    bound = tuple(_bound(given[name], compiled.binds[name].type, dialect) for name in compiled.positiontup)
    columns = statement.exported_columns if statement.is_select or statement._returning else ()  # noqa: SLF001 - no other
    return _Text(str(compiled), bound, tuple(_convert_out(column.type, dialect) for column in columns))


def _bound(given: Any, type_: Any, dialect: sa.Dialect) -> Callable[[Values], Any]:  # noqa: ANN401 - any column's
    """Return how a parameter is taken from the values."""
    if isinstance(given, list) and given and isinstance(given[0], Slot):
        return _array(given[0], converter(type_.item_type, dialect))
    convert = converter(type_, dialect) or _as_it_is
    if not isinstance(given, Slot):
        constant = convert(given)
        return lambda _values: constant
    name, row, column = given.name, given.row, given.column
    if row is None:
        return lambda values: convert(values[name])
    if column is None:
        return lambda values: convert(_element(values[name], row))
    return lambda values: convert(_element(values[name], row)[column])


def _array(slot: Slot, convert: Convert | None) -> Callable[[Values], list[Any]]:
    name, column, convert = slot.name, slot.column, convert or _as_it_is
    if column is None:
        return lambda values: [convert(value) for value in values[name]]
    return lambda values: [convert(value[column]) for value in values[name]]


def _element(values: Sequence[Any], row: int) -> Any:  # noqa: ANN401 - any column's
    """Return an element; the last stands for those that are there only to round the number up."""
    return values[min(row, len(values) - 1)]


def _length(value: object, dialect: sa.Dialect) -> int | None:
    """Return for how many elements a text has places: on PostgreSQL for any number, on SQLite for a power of two."""
    if not isinstance(value, list):
        return None
    if dialect.name != "sqlite":
        return 1
    return 1 << (len(value) - 1).bit_length() if value else 0


def _slots(name: str, value: object, dialect: sa.Dialect) -> Slot | list[Any]:
    if not isinstance(value, list):
        return Slot(name)
    places = range(_length(value, dialect) or 0)
    if value and isinstance(value[0], tuple):
        return [tuple(Slot(name, row, column) for column in range(len(value[0]))) for row in places]
    return [Slot(name, row) for row in places]


def converter(type_: Any, dialect: sa.Dialect) -> Convert | None:  # noqa: ANN401 - a type of SQLAlchemy's
    """Return how a value becomes what the driver takes, if it is not already."""
    if isinstance(type_, sa.Enum) and type_.enum_class is not None:
        values: dict[Any, str | None] = {member: member.value for member in type_.enum_class}
        return (values | {None: None}).__getitem__
    if isinstance(type_, sa.Boolean) and dialect.name != "sqlite":
        return None  # whose driver takes nothing else
    return type_.dialect_impl(dialect).bind_processor(dialect)  # type: ignore[no-any-return] # as its signature says


def _convert_out(type_: Any, dialect: sa.Dialect) -> ConvertColumn | None:  # noqa: ANN401 - a type of SQLAlchemy's
    """Return how a column is converted. Of what stands in it many times, and cannot be changed, one is enough."""
    convert: Convert | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    if convert is None:
        return None
    if isinstance(type_, sa.JSON):
        return lambda column: map(convert, column)
    return lambda column: map({each: convert(each) for each in set(column)}.__getitem__, column)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - any column's
    return value
