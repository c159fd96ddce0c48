"""The fields of a model, by dotted names: `title.en`, `holder.name`. New fields of a model come along by themselves."""

import re
import types
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Path = tuple[str, ...]


@cache
def of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the model's fields with their annotations."""
    hints = get_type_hints(model, include_extras=True)
    return {name: _bare(hints[name]) for name in model.model_fields}


def at(annotation: Any, path: Sequence[str]) -> Any:
    """Return what stands at the end of this path, or None."""
    if not path:
        return annotation
    step, *rest = path
    if is_model(annotation):
        return at(of(annotation).get(step), rest)
    if get_origin(annotation) is dict:
        keys, values = get_args(annotation)
        return at(_bare(values), rest) if _is_key(step, keys) else None
    return None


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, StrEnum)


def is_dict(annotation: Any) -> bool:
    return get_origin(annotation) is dict


def element(annotation: Any) -> Any:
    """Return of what a list is made, or None if it is none."""
    return _bare(get_args(annotation)[0]) if get_origin(annotation) is list else None


def _is_key(step: str, keys: Any) -> bool:
    keys = _bare(keys)
    return step in set(keys) if is_enum(keys) else bool(LANGUAGE.fullmatch(step))


def _bare(annotation: Any) -> Any:
    """Without `| None`, and without conditions on lists and dicts: those are checked later, with the row."""
    if get_origin(annotation) in {Union, types.UnionType}:
        return _bare(next(each for each in get_args(annotation) if each is not type(None)))
    if get_origin(annotation) is Annotated and get_origin(get_args(annotation)[0]) in {list, dict}:
        return get_args(annotation)[0]
    return annotation
