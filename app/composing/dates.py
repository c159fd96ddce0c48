"""Days as each language writes them; partial ones too."""

from datetime import date
from functools import lru_cache

from babel import UnknownLocaleError
from babel.dates import format_date, format_skeleton

YEAR, MONTH = len("2024"), len("2024-09")
BRITISH = "en_GB"  # the day before the month, as most of the world reads it


@lru_cache(maxsize=4_096)
def written(day: str, language: str) -> str:
    """Return a day (YYYY, YYYY-MM or YYYY-MM-DD) in words of the language; as it stands where nobody knows those."""
    if len(day) == YEAR:
        return day
    try:
        return _written(day, BRITISH if language == "en" else language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return day


def _written(day: str, locale: str) -> str:
    if len(day) == MONTH:
        return str(format_skeleton("yMMMM", date.fromisoformat(f"{day}-01"), locale=locale)).replace("\u202f", "\xa0")
    text = str(format_date(date.fromisoformat(day), "long", locale=locale)).replace("\u202f", "\xa0")
    return text.replace("1 ", "1er ", 1) if locale.startswith("fr") and day.endswith("-01") else text
