"""Which column means which field: by its name, by a name people use for it, or with a language at its end."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.errors import FieldError, Invalid
from app.sheets import cells, fields

LEFT_OUT = "#"  # a header that begins so is a remark

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: what it is called there, and the field that it fills."""

    header: str
    path: fields.Path
    read: Callable[[str], object]

    @property
    def name(self) -> str:
        return ".".join(self.path)


def understand(model: type[BaseModel], header: Sequence[str], synonyms: Names) -> list[Column | None]:
    """Return what each column means; None for one to leave out. Invalid names those that are not understood."""
    found, errors = [], []
    seen: dict[str, int] = {}
    for number, name in enumerate(header):
        column = None if _is_left_out(name, synonyms) else find(model, name, synonyms)
        if isinstance(column, str):
            errors.append(FieldError(f"/header/{number}", f"Column {letters(number)}: {column}"))
            continue
        if column and (twin := seen.setdefault(column.name, number)) != number:
            errors.append(FieldError(f"/header/{number}", f"Column {letters(twin)} means `{column.name}` already."))
        found.append(column)
    if errors:
        raise Invalid(
            "The first row must name the columns. Put # before the name of a column to leave it out.", errors=errors
        )
    return found


def find(model: type[BaseModel], header: str, synonyms: Names) -> Column | str:
    """Return what a header means, or what is wrong with it."""
    for path in _readings(header, synonyms):
        annotation = fields.at(model, path)
        if fields.is_dict(annotation) or fields.is_model(annotation):
            return f"`{'.'.join(path)}` needs one more word: `{'.'.join((*path, _example(annotation)))}`."
        if annotation is not None:
            return Column(header, path, cells.reader(annotation))
    return f"this is not known here. Known are {', '.join(fields.of(model))}."


def letters(number: int) -> str:
    """Return a column's name in a spreadsheet: A for the first."""
    above, place = divmod(number, 26)
    return (letters(above - 1) if above else "") + chr(ord("A") + place)


def _is_left_out(header: str, synonyms: Names) -> bool:
    return not header or header.startswith(LEFT_OUT) or synonyms.get(_plain(header)) == LEFT_OUT


def _readings(header: str, synonyms: Names) -> Iterator[fields.Path]:
    yield tuple(header.split("."))
    plain = _plain(header)
    yield tuple(synonyms.get(plain, plain).split("."))
    if with_language := re.fullmatch(r"(.+?)[_.]+([a-z]{2,3})", plain):
        base, language = with_language.groups()
        yield (*synonyms.get(base, base).split("."), language)


def _plain(header: str) -> str:
    return re.sub(r"[^\w.]+", "_", header.casefold()).strip("_.")


def _example(annotation: Any) -> str:
    return next(iter(fields.of(annotation))) if fields.is_model(annotation) else "en"
