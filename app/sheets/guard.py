"""Cells that a spreadsheet would take for formulas: an apostrophe goes before them, and comes off again."""

import re

FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """Return what can be written into a cell."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what was meant, from a cell of ours."""
    return text[1:] if GUARDED.match(text) else text
