"""Rows that are updated each with values of its own: in one statement, made once for each database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.rows import driver
from app.rows.asking import table_of
from app.rows.converting import Convert, converter
from app.rows.writing import Row

PREFIX = "given_"  # of bound values, apart from the columns that are set
Change = Callable[[Mapping[str, Any]], sa.Update]


class _Place(NamedTuple):
    """Where a parameter comes from: a row's column, a value that all share, or the statement itself."""

    name: str
    convert: Convert | None
    constant: Any = None

    def values(self, new: Mapping[str, Sequence[Any]]) -> list[Any]:
        values = new[self.name]
        return [self.convert(each) for each in values] if self.convert else list(values)

    def value(self, shared: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any column's
        value = shared.get(self.name, self.constant)
        return self.convert(value) if self.convert else value


class UpdateEach:
    """An update. `change` makes it of what is given: rows' columns, and what all of them share."""

    def __init__(self, model: type[SQLModel], change: Change, **types: sa.types.TypeEngine[Any]) -> None:
        """`types` are those of values that are no columns of the model."""
        self._table = table_of(model)
        self._change = change
        self._types = types
        self._texts: dict[tuple[object, ...], tuple[str, list[_Place]]] = {}

    async def execute(self, session: AsyncSession, new: Sequence[Row], **shared: object) -> None:
        """Update these rows, past the ORM."""
        if not new:
            return
        dialect, names = session.get_bind().dialect, new[0]._fields
        shape = dialect.name, names, *shared
        if (text := self._texts.get(shape)) is None:
            text = self._texts[shape] = self._text(dialect, names, tuple(shared))
        sql, places = text
        columns = dict(zip(names, zip(*new, strict=True), strict=True))
        if dialect.name == "sqlite":
            await driver.ask_many(session, sql, list(zip(*_by_row(places, columns, shared), strict=False)))
        else:
            values = [each.values(columns) if each.name in columns else each.value(shared) for each in places]
            await driver.ask(session, sql, values)

    def _text(self, dialect: sa.Dialect, names: tuple[str, ...], shared: tuple[str, ...]) -> tuple[str, list[_Place]]:
        types = {name: self._types.get(name) or self._table.c[name].type for name in (*names, *shared)}
        given: dict[str, Any] = {name: sa.bindparam(PREFIX + name, type_=each) for name, each in types.items()}
        if dialect.name != "sqlite":
            given |= _unnested({name: types[name] for name in names})
        compiled: Any = self._change(given).compile(dialect=dialect)
        return str(compiled), [_place(compiled, bound, dialect) for bound in compiled.positiontup]


def _place(compiled: Any, bound: str, dialect: sa.Dialect) -> _Place:  # noqa: ANN401 - SQLAlchemy's compiler
    type_ = compiled.binds[bound].type
    convert = converter(getattr(type_, "item_type", type_), dialect)
    return _Place(bound.removeprefix(PREFIX), convert, compiled.params[bound])


def _unnested(types: Mapping[str, sa.types.TypeEngine[Any]]) -> dict[str, Any]:
    """Return the columns of rows that come as one array each."""
    arrays = [sa.bindparam(PREFIX + name, type_=postgresql.ARRAY(each, dimensions=1)) for name, each in types.items()]
    table = sa.func.unnest(*arrays).table_valued(*(sa.column(name, each) for name, each in types.items()))
    return dict(table.render_derived("given").c)


def _by_row(
    places: Sequence[_Place], columns: Mapping[str, Sequence[Any]], shared: Mapping[str, Any]
) -> Iterator[Iterable[Any]]:
    for each in places:
        yield each.values(columns) if each.name in columns else repeat(each.value(shared))
