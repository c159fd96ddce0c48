"""How much room plain text takes, so that most of it need not be measured before it is printed."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from math import inf

from app.composing.formats import Area

POINT = 25.4 / 72  # millimetres
LINE = 1.24  # from one line to the next, in sizes of the type
LEAD = 0.55  # of it between the lines
KERNING = 1.02  # what pairs of letters may add
KNOWN = [*map(chr, (*range(0x20, 0x250), *range(0x370, 0x530), 0x2013, 0x2014, 0x2019))]
PHRASES = frozenset(map(chr, range(0xFDF0, 0xFE00)))  # whole Arabic phrases as one letter
WIDEST, PHRASE = 1.3, 15.0  # of letters in other scripts, by a rule of thumb


def size_for(area: Area, lines: Iterable[str], sizes: Iterable[float]) -> float | None:
    """Return the first of these sizes of type, in points, in which lines find room; None where one cannot know."""
    words = [[sum(map(_width, word)) for word in line.split(" ")] for line in lines]
    return next((size for size in sizes if _holds(area, words, size)), None)


def fits(word: str, *, width: float, size: float) -> bool:
    """Tell whether a word fits on a line; letters of other scripts are taken by a rule of thumb."""
    room = width / (size * POINT)
    if len(word) * WIDEST <= room and PHRASES.isdisjoint(word):
        return True
    return room >= sum(min(_width(character), PHRASE if character in PHRASES else WIDEST) for character in word)


def _holds(area: Area, words: Iterable[Sequence[float]], size: float) -> bool:
    em = size * POINT
    taken = sum(_lines(line, room=area.width / em / KERNING) for line in words)
    return (taken * LINE - LEAD) * em <= area.height


def _lines(words: Sequence[float], *, room: float) -> float:
    """Return how many lines words of these widths take, broken between words only."""
    if max(words) > room:
        return inf
    taken, used = 1.0, words[0]
    for word in words[1:]:
        used += _width(" ") + word
        if used > room:
            taken, used = taken + 1, word
    return taken


def _width(character: str) -> float:
    found = _widths().get(character)
    if found is None:
        return 0 if unicodedata.combining(character) else inf
    return found


@cache
def _widths() -> dict[str, float]:
    """The widths of the letters that Libertinus Serif has, from the font itself."""
    from app.composing import fonts  # noqa: PLC0415 - brings the printer, which most processes never need

    visible = [character for character in KNOWN if unicodedata.category(character)[0] in "LNPSZ"]
    compiler = fonts.compiler("widths.typ", letters=json.dumps(visible))
    found = json.loads(compiler.query("<widths>", field="value", one=True))
    return {character: width for character, width in zip(visible, found, strict=True) if width}
