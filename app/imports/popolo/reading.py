"""A Popolo file, opened: a row for each post, and for each seat where members hold no post."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NoReturn

from pydantic import BaseModel, ValidationError

from app.errors import FieldError, Invalid, invalid
from app.imports.popolo.model import Popolo
from app.imports.popolo.offices import File, office
from app.imports.rows import Row, Source
from app.models.columns import now
from app.sheets.encodings import detect

LARGEST = 16 * 1024 * 1024  # bytes: it must be read as a whole
NO_JSON = (
    "This is not JSON that can be read. Popolo is one object with `persons`, `organizations`, `posts`, `memberships`."
)
NO_OFFICES = "There are no posts and no memberships in this file: nobody can be written to."
TEXT_LANGUAGE = "text_language"
MOST_ERRORS = 20


def read(file: BinaryIO, _model: type[BaseModel], _synonyms: Mapping[str, str], given: Mapping[str, str]) -> Source:
    """Open a Popolo file. `text_language` says in which language its titles are: else in the first of `languages`."""
    encoding = detect(file)
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise invalid("", f"A Popolo file may have {LARGEST >> 20} MiB. Please divide it.")
    found = _parsed(content.decode(encoding))
    if not found.posts and not found.memberships:
        raise invalid("", NO_OFFICES)
    language = given.get(TEXT_LANGUAGE) or given.get("languages", "en").replace("|", ",").split(",")[0].strip()
    return Source(_rows(File(found, now().date().isoformat(), language)), {}, encoding)


def _parsed(text: str) -> Popolo:
    try:
        return Popolo.model_validate(json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
    except ValidationError as error:
        wrong = [FieldError("".join(f"/{step}" for step in each["loc"]), _words(each)) for each in error.errors()]
        raise Invalid("This is not Popolo.", errors=wrong[:MOST_ERRORS]) from None
    except (ValueError, RecursionError):
        raise invalid("", NO_JSON) from None


def _words(error: Mapping[str, Any]) -> str:
    return f"{str(error['msg']).rstrip('.')}."


def _rows(file: File) -> Iterator[Row]:
    for number, seat in enumerate(file.seats(), 1):
        row = Row(number, {})
        office(file, seat, row)
        yield row


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _no_number(_constant: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
