"""How values become what the driver takes, and what it found becomes values: as SQLAlchemy's types say."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

Convert = Callable[[Any], Any]
ConvertColumn = Callable[[Sequence[Any]], Iterable[Any]]


def converter(type_: Any, dialect: sa.Dialect) -> Convert | None:  # noqa: ANN401 - a type of SQLAlchemy's
    """Return how a value becomes what the driver takes, if it is not already."""
    if isinstance(type_, sa.Enum) and type_.enum_class is not None:
        values: dict[Any, str | None] = {member: member.value for member in type_.enum_class}
        return (values | {None: None}).__getitem__
    if isinstance(type_, sa.Boolean) and dialect.name != "sqlite":
        return None  # whose driver takes nothing else
    return type_.dialect_impl(dialect).bind_processor(dialect)  # type: ignore[no-any-return] # as its signature says


def converter_out(type_: Any, dialect: sa.Dialect) -> ConvertColumn | None:  # noqa: ANN401 - a type of SQLAlchemy's
    """Return how a column is converted. Of what stands in it many times, and cannot be changed, one is enough."""
    convert: Convert | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    if convert is None:
        return None
    if isinstance(type_, sa.JSON):
        return lambda column: map(convert, column)
    return lambda column: map({each: convert(each) for each in set(column)}.__getitem__, column)
