"""Numbers as CSV, which no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Mapping

from app.models.letter import LEFT, Stage
from app.models.tally import Stats

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a text begins that spreadsheets run
HEAD = (
    "by",
    "value",
    "name",
    "total",
    *(stage.value for stage in Stage),
    "letters_sent",
    "supporters",
    "offline_letters",
)


def of_stats(stats: Stats, names: Mapping[str, str]) -> str:
    """Return one row for the whole campaign, then one for each value of each breakdown. `names` are those of ids.

    People stand where they are known; a letter on paper belongs to the campaign.
    """
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(HEAD)
    whole = stats.supporters, stats.offline_letters
    rows.writerow(["campaign", stats.campaign, "", *_numbers(stats.letters), *whole])
    for by, values in stats.by.items():
        for value, stages in values.items():
            people = stats.supporters_by.get(by, {}).get(value, "")
            rows.writerow([by, safe(value), safe(names.get(value, "")), *_numbers(stages), people, ""])
    return written.getvalue()


def safe(text: str) -> str:
    """Return a text as a spreadsheet shows it, and does not run it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _numbers(letters: Mapping[str, int]) -> list[int]:
    stages = [letters.get(stage, 0) for stage in Stage]
    return [sum(stages), *stages, sum(letters.get(stage, 0) for stage in LEFT)]
