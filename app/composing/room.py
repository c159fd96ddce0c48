"""How much room plain text takes at most, so that most of it need not be measured before it is printed."""

import unicodedata
from collections.abc import Iterable
from math import ceil
from string import ascii_lowercase, digits

from app.composing.formats import Area

POINT = 25.4 / 72  # millimetres
PHRASES = frozenset(map(chr, range(0xFDF0, 0xFE00)))  # whole Arabic phrases as one letter
LINE = 1.24  # from one line to the next, in sizes of the type
LEAD = 0.55  # of it between the lines
NARROW = frozenset(" .,;:'’·()/ijltfI")
WIDE = frozenset("mwMWŴŵÆŒæœ&@%©®¼½¾—ЖШЩЮжшщюыЫмМфФЉЊљњ")


def of_a_word(word: str) -> float:
    """Return how wide a word is at most, in sizes of the type; letters of other scripts by a rule of thumb."""
    return sum(_by_thumb(character) for character in word)


def surely_holds(area: Area, lines: Iterable[str], *, size: float) -> bool:
    """Tell whether lines in this size of type, in points, are certain to find room; False where one cannot know."""
    em = size * POINT
    taken = 0.0
    for line in lines:
        width = em * sum(map(_widest, line))
        taken += 1 if width <= area.width else _lines(line, width, em=em, room=area.width)
    return (taken * LINE - LEAD) * em <= area.height


def _lines(text: str, width: float, *, em: float, room: float) -> float:
    """Return how many lines a broken text takes at most: each may stay short by the longest word."""
    used = room - em * max(sum(map(_widest, word)) for word in text.split(" "))
    return ceil(width / used) if 0 < used < float("inf") and width < float("inf") else float("inf")


def _by_thumb(character: str) -> float:
    if unicodedata.combining(character):
        return 0
    if character in PHRASES:
        return 15
    return min(_widest(character), 1.3)


def _widest(character: str) -> float:
    """Return more than the width of a letter in Libertinus Serif, in sizes of the type."""
    if not ("\u0020" <= character < "\u0180" or "\u0400" <= character < "\u0460" or character in "’–—"):
        return float("inf")
    if character in NARROW:
        return 0.33
    if character in WIDE:
        return 1.05
    if character.isupper():
        return 0.77
    return 0.55 if character in ascii_lowercase or character in digits else 0.6
