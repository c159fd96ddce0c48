"""Statements that are put together once. What every group asks goes to the driver itself, as ready-made text.

SQLAlchemy still writes the text and converts the values; it only does not do the same work again for each group.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.rows import driver
from app.rows.converting import Convert, ConvertColumn, converter, converter_out

Values = Mapping[str, Any]
Make = Callable[..., sa.Executable]


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
        return text.rows(await driver.ask(session, text.sql, [bound(values) for bound in text.bound]))


def waiting_or_not(make: Make) -> Mapping[bool, Prepared]:
    """Return two statements by `wait`: one waits for whoever holds what it wants, one does without that."""
    return {wait: Prepared(partial(make, wait=wait)) for wait in (True, False)}


def _text(statement: Any, dialect: sa.Dialect) -> _Text:  # noqa: ANN401 - a select, or an update or insert that returns
    compiled = statement.compile(dialect=dialect)
    given = compiled.construct_params()
    bound = tuple(_bound(given[name], compiled.binds[name].type, dialect) for name in compiled.positiontup)
    columns = statement.exported_columns if statement.is_select or statement._returning else ()  # noqa: SLF001 - no other
    return _Text(str(compiled), bound, tuple(converter_out(column.type, dialect) for column in columns))


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


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - any column's
    return value
