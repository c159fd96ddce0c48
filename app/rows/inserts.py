"""Inserts that are put together once, for rows of one kind or of several."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.rows.converting import Convert, converter


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
