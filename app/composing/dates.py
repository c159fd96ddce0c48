"""Days as each language writes them; partial ones too."""

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

ELSEWHERE = {"en": "001"}  # where a language has no form for a country: not that of the first country to use it
FIRST_OF_MONTH = {"fr": "1er"}  # which Babel writes as plain 1
BEFORE_DATE = {"fr": "le "}  # after a place
YEAR, MONTH = len("2024"), len("2024-09")


def place_and_date(place: str | None, day: date, *, language: str, country: str) -> str:
    """Return the line over a letter, in the language as this country writes it; without a place, only the date."""
    written = day_in(day, language=language, country=country)
    return f"{place}, {BEFORE_DATE.get(language, '')}{written}" if place else written


@lru_cache(maxsize=4_096)
def partial(day: str, language: str) -> str:
    """Return a day that may be known in part (YYYY, YYYY-MM or YYYY-MM-DD), in words."""
    if len(day) == YEAR:
        return day
    if len(day) == MONTH:
        first = date.fromisoformat(f"{day}-01")
        return _plain(format_skeleton("yMMMM", first, locale=_locale(language)))
    return day_in(date.fromisoformat(day), language=language)


@lru_cache(maxsize=4_096)
def day_in(day: date, *, language: str, country: str | None = None) -> str:
    """Return a day in words."""
    written = _plain(format_date(day, "long", locale=_locale(language, country)))
    first = FIRST_OF_MONTH.get(language) if day.day == 1 else None
    return f"{first}{written.removeprefix('1')}" if first else written


def _plain(written: str) -> str:
    return written.replace("\u202f", "\xa0")  # a narrow space is not in every font


def _locale(language: str, country: str | None = None) -> Locale:
    for territory in (country, ELSEWHERE.get(language)):
        try:
            return Locale.parse("_".join(filter(None, (*language.split("-"), territory))))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "001")
