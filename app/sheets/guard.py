"""Cells that a spreadsheet would take for formulas, or we for its errors: an apostrophe goes before, and comes off."""

import re

ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_MEANT_OTHERWISE = rf"[=+\-@\t\r]|(?:{'|'.join(map(re.escape, sorted(ERRORS)))})\Z"
FORMULA = re.compile(rf"'*(?:{_MEANT_OTHERWISE})")
GUARDED = re.compile(rf"'+(?:{_MEANT_OTHERWISE})")


def guarded(text: str) -> str:
    """Return what can be written into a cell."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what was meant, from a cell of ours."""
    return text[1:] if GUARDED.match(text) else text
