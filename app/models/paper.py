"""The kinds of paper that letters are printed on."""

from enum import StrEnum


class Paper(StrEnum):
    """A size of paper, and the side on which its envelope has a window."""

    A4_LEFT = "a4_left"
    A4_RIGHT = "a4_right"
    LETTER = "letter"
