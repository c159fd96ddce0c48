"""Place and date over a letter, as each language writes them."""

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

ELSEWHERE = {"en": "001"}  # where a language has no form for a country: not that of the first country to use it
FIRST_OF_MONTH = {"fr": "1er"}  # which Babel writes as plain 1
BEFORE_DATE = {"fr": "le "}  # after a place


def place_and_date(place: str | None, day: date, *, language: str, country: str) -> str:
    """Return the line, in the language as this country writes it; without a place, only the date."""
    written = day_in(day, language=language, country=country)
    return f"{place}, {BEFORE_DATE.get(language, '')}{written}" if place else written


@lru_cache(maxsize=256)
def day_in(day: date, *, language: str, country: str) -> str:
    """Return a day in words."""
    written = format_date(day, "long", locale=_locale(language, country))
    first = FIRST_OF_MONTH.get(language) if day.day == 1 else None
    return f"{first}{written.removeprefix('1')}" if first else written


def _locale(language: str, country: str) -> Locale:
    for territory in (country, ELSEWHERE.get(language)):
        try:
            return Locale.parse("_".join(filter(None, (language, territory))))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "001")
