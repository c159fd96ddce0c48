"""The words of pictures and feeds in the languages of the letters, numbers and days as those write them."""

import tomllib
from datetime import date
from functools import cache
from typing import Any

from babel.numbers import format_decimal

from app.composing import dates
from app.config import PROJECT

FOLDER = PROJECT / "templates" / "pictures"
FALLBACK = "en"


def known(language: str) -> str:
    """Return the language if there are words in it, also without its region; else English."""
    return next((each for each in (language, language.partition("-")[0]) if each in _all()), FALLBACK)


def of(language: str) -> dict[str, Any]:
    """Return the words of a language that is known."""
    return _all()[language]


def number(n: int, language: str) -> str:
    """Return a number with its thousands as the language parts them."""
    return str(format_decimal(n, locale=language))


def day(on: date, language: str) -> str:
    """Return a day in words."""
    return dates.partial(on.isoformat(), language)


@cache
def _all() -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")}
