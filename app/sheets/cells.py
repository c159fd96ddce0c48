"""A cell's text and the value that it means, both ways. What a model would refuse is left for it to refuse."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache, partial
from typing import Any

from babel import Locale

from app.models.text import Country, Day, Line, PartialDate
from app.sheets import fields
from app.sheets.guard import ERRORS, unguarded

YES = frozenset({"yes", "true", "1", "x", "ja", "oui", "si", "sí", "tak", "да", "так"})
NO = frozenset({"no", "false", "0", "nein", "non", "nie", "нет", "ні"})
NAMES_IN = ("en", "de", "es", "fr", "pl", "ru", "uk", "be")  # languages in which a country may be named
DEAD = " (dead)"
SEPARATOR = " | "
BETWEEN_LINES = re.compile(r"[|\n]")
BETWEEN_CODES = re.compile(r"[|\n;,]")
DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
MONTH = re.compile(r"(\d{1,2})\.(\d{4})")


def reader(annotation: Any) -> Callable[[str], object]:
    """Return what makes a value of this type from a cell. ValueError where nothing can be made of it."""
    return partial(_read, _value(annotation))


def shown(value: object) -> str:
    """Return the cell for a value, from which the value can be read again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return _shown_list(value) if isinstance(value, list) else str(value)


def _read(value: Callable[[str], object], text: str) -> object:
    if text in ERRORS:
        raise ValueError("The spreadsheet shows an error in this cell. Mend it there, or empty it.")
    return value(unguarded(text))


def _value(annotation: Any) -> Callable[[str], object]:
    if (element := fields.element(annotation)) is not None:
        return partial(_list, element)
    if annotation == Country:
        return _country
    if annotation == Line:
        return _line
    if annotation in (Day, PartialDate):
        return _day
    if annotation is bool:
        return _bool
    return _enum if fields.is_enum(annotation) else str


def _list(element: Any, text: str) -> object:
    if text.startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError("This begins like a list in JSON, and cannot be read as one.") from None
    parts = (BETWEEN_LINES if element == Line else BETWEEN_CODES).split(text)
    found = [part.strip() for part in parts if part.strip()]
    if fields.is_model(element):
        return [_email(part) for part in found] if "address" in fields.of(element) else found
    value = _value(element)
    return [value(part) for part in found]


def _email(part: str) -> dict[str, object]:
    address = part.removesuffix(DEAD)
    return {"address": address, "dead": True} if address != part else {"address": part}


def _enum(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().casefold())


def _bool(text: str) -> object:
    word = text.strip().casefold()
    return True if word in YES else False if word in NO else text


def _day(text: str) -> str:
    if found := DAY.fullmatch(text):
        return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    if found := MONTH.fullmatch(text):
        return f"{found[2]}-{found[1]:0>2}"
    return text


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _country(text: str) -> str:
    """A code, or the country's name in one of several languages."""
    code = text.strip().upper()
    return code if len(code) == len("DE") else countries().get(text.strip().casefold(), text)


@cache
def countries() -> Mapping[str, str]:
    """Return the codes of countries by their names."""
    named = (Locale(language).territories.items() for language in NAMES_IN)
    return {name.casefold(): code for each in named for code, name in each if len(code) == len("DE")}


def _shown_list(values: Sequence[Any]) -> str:
    parts = [_shown_email(each) if isinstance(each, dict) else str(_plain(each)) for each in values]
    if any(not part or part.startswith("[") or BETWEEN_CODES.search(part) for part in parts):
        return json.dumps(values, ensure_ascii=False)
    return SEPARATOR.join(parts)


def _shown_email(value: Mapping[str, Any]) -> str:
    if "address" not in value or not set(value) <= {"address", "dead"}:
        return ""
    return str(value["address"]) + DEAD * bool(value.get("dead"))


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value
