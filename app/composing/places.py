"""Countries as each language writes them."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=4_096)
def country(code: str, language: str) -> str:
    """The country's name in this language; its code where the language or the country has none."""
    try:
        return str(Locale.parse(language, sep="-").territories.get(code, code))
    except (UnknownLocaleError, ValueError):
        return code
