"""The texts of letters, in variants: the house's, and a campaign's own."""

from enum import StrEnum

from sqlmodel import Field

from app.models.columns import Strict
from app.models.text import Language, Line, Prose, Slug


class Audience(StrEnum):
    """Who reads a letter: an authority of the country, its diplomat, or the supporter's own government."""

    AUTHORITY = "authority"
    DIPLOMAT = "diplomat"
    GOVERNMENT = "government"


class Argument(Strict):
    """One reason to listen, which a supporter can choose, in several variants."""

    label: Line = Field(max_length=80, description="What a supporter reads when choosing.")
    variants: list[Prose] = Field(min_length=1, max_length=20)


class LetterTexts(Strict):
    """The parts of a letter's text, each in several variants; placeholders as in docs/letters.md."""

    subjects: list[Line] = Field(min_length=1, max_length=20)
    openings: list[Prose] = Field(min_length=1, max_length=20)
    arguments: dict[Slug, Argument] = Field(
        default_factory=dict, max_length=12, description="Reasons by a key that is the same in every language."
    )
    requests: list[Prose] = Field(min_length=1, max_length=20)
    endings: list[Prose] = Field(min_length=1, max_length=20)


OwnTexts = dict[Language, dict[Audience, LetterTexts]]
