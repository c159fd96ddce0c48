"""The letter itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.composing import places, salutations, texts
from app.composing.brief import BriefContent, BriefOffice
from app.composing.names import Names
from app.composing.sender import Supporter, signature
from app.models.office import Official

SUBJECT_LENGTH = 150  # characters; longer ones are cut by what shows them


@dataclass(frozen=True, slots=True)
class Handed:
    """What a supporter handed in, opened, and the letter's own choices."""

    supporter: Supporter
    paragraph: str | None
    prisoner_id: uuid.UUID | None
    language: str
    seed: int


@dataclass(frozen=True, slots=True)
class ComposedLetter:
    subject: str
    body: str


def compose(brief: BriefContent, office: BriefOffice, official: Official | None, handed: Handed) -> ComposedLetter:
    """Return the letter to this office: personal, correctly addressed, with all demands verbatim."""
    language = handed.language
    prisoners = brief.about(handed.prisoner_id)
    names = Names(prisoners, language)
    wording = brief.texts[language][office.audience]
    variant = _Variants(
        handed.seed,
        names,
        urgent=brief.urgent,
        plural=len(prisoners) > 1,
        country=places.country(prisoners_country(brief), language),
    )
    subject = variant.of(wording.subjects)
    salutation = salutations.for_office(office, official, language=language)
    paragraphs = [
        salutation,
        variant.of(wording.openings),
        handed.paragraph,
        *(prisoner.summary[language] for prisoner in prisoners),
        "\n".join([variant.of(wording.requests), *(f"– {demand}" for demand in brief.demands[language])]),
        variant.of(wording.endings),
        salutations.closing(office, salutation, language=language),
        "\n".join(signature(brief, handed.supporter, language=language)),
    ]
    return ComposedLetter(subject[:SUBJECT_LENGTH], "\n\n".join(filter(None, paragraphs)) + "\n")


def prisoners_country(brief: BriefContent) -> str:
    """The country that holds the prisoners, of whose authorities a letter speaks."""
    return brief.prisoners[0].country


class _Variants:
    """Picks one variant after another by the letter's seed, among those that the names' stored forms allow."""

    def __init__(self, seed: int, names: Names, **values: object) -> None:
        self._seed = seed
        self._names = names
        self._values = values

    def of(self, variants: Sequence[str]) -> str:
        possible = [variant for variant in variants if texts.cases_in(variant) <= self._names.cases]
        self._seed, chosen = divmod(self._seed, len(possible))
        return texts.render(possible[chosen], names=self._names, **self._values)
