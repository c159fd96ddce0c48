"""Countries as each language writes them, and the direction in which it does."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=4_096)
def country(code: str, language: str) -> str:
    """The country's name in this language; its code where the language or the country has none."""
    try:
        return str(Locale.parse(language, sep="-").territories.get(code, code))
    except (UnknownLocaleError, ValueError):
        return code


def reads_right_to_left(language: str) -> bool:
    """Tell whether this language is written from right to left."""
    try:
        return Locale.parse(language, sep="-").text_direction == "rtl"
    except (UnknownLocaleError, ValueError):
        return False
