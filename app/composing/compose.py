"""The letter itself."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from app.composing import facts, salutations, templates, texts
from app.composing.brief import BriefContent, BriefOffice
from app.composing.known import Known
from app.composing.sender import Supporter, signature
from app.models.campaign import Argument, LetterTexts
from app.models.office import Official

SUBJECT_LENGTH = 150  # characters; longer ones are cut by what shows them
ARGUMENTS = 2  # in a letter whose supporter chose none


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What a supporter may put into a letter: words of their own, and a choice among the arguments offered."""

    paragraph: str | None = None
    text: str | None = None  # instead of all but the facts and demands; moderated
    role: str | None = None  # "as a nurse", in `language`
    arguments: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Handed:
    """What a supporter handed in, opened, and the letter's own choices."""

    supporter: Supporter
    own: OwnPart
    prisoner_id: uuid.UUID | None
    language: str
    seed: int
    copies: tuple[uuid.UUID, ...] = ()  # embassies to which the same supporter writes


@dataclass(frozen=True, slots=True)
class ComposedLetter:
    subject: str
    body: str


def compose(brief: BriefContent, office: BriefOffice, official: Official | None, handed: Handed) -> ComposedLetter:
    """Return the letter to this office: personal, correctly addressed, with all demands verbatim."""
    language = handed.language
    prisoners = brief.about(handed.prisoner_id)
    wording = brief.texts[language][office.audience]
    variants = _Variants(handed.seed, facts.known(brief, office, tuple(prisoners), language=language))
    subject = variants.one_of(wording.subjects)
    salutation = salutations.for_office(office, official, language=language, writer=handed.supporter.country)
    told = [prisoner.summary[language] for prisoner in prisoners]
    request = "\n".join([variants.one_of(wording.requests), *(f"– {demand}" for demand in brief.demands[language])])
    paragraphs = [
        salutation,
        *(
            _own_text(handed.own, told, request)
            or _text_of_the_campaign(variants, wording, handed, told, request, after=salutation)
        ),
        salutations.closing(office, salutation, language=language, writer=handed.supporter.country),
        "\n".join(signature(brief, office, handed.supporter, language=language)),
        _copies(brief, handed),
    ]
    return ComposedLetter(subject[:SUBJECT_LENGTH], "\n\n".join(filter(None, paragraphs)) + "\n")


def _own_text(own: OwnPart, told: list[str], request: str) -> list[str]:
    return [own.text, *told, request] if own.text else []


def _text_of_the_campaign(
    variants: "_Variants", wording: LetterTexts, handed: Handed, told: list[str], request: str, *, after: str
) -> list[str]:
    opening = salutations.begun(variants.one_of(wording.openings), after=after)
    return [
        " ".join(filter(None, (opening, _role(handed)))),
        handed.own.paragraph or "",
        *told,
        " ".join(variants.some_of(wording.arguments, chosen=handed.own.arguments)),
        request,
        variants.one_of(wording.endings),
    ]


def _role(handed: Handed) -> str | None:
    """Say in what role the supporter writes, where the letter is in the language in which they said so."""
    phrases = texts.phrases(handed.language)
    role = handed.own.role if phrases and handed.own.language == handed.language else None
    return phrases.role.replace("{role}", role) if phrases and role else None


def _copies(brief: BriefContent, handed: Handed) -> str | None:
    phrases = texts.phrases(handed.language)
    titles = [office.title_in(handed.language) for copy in handed.copies if (office := brief.office(copy))]
    return phrases.copy_to.replace("{offices}", "; ".join(titles)) if phrases and titles else None


class _Variants:
    """Picks one variant after another by the letter's seed, among those that can be said."""

    def __init__(self, seed: int, known: Known) -> None:
        self._seed = seed
        self._known = known

    def one_of(self, variants: Sequence[str]) -> str:
        """Return one variant, filled."""
        possible = templates.possible(tuple(variants), self._known.has)
        return templates.render(possible[self._draw(len(possible))], self._known)

    def some_of(self, arguments: dict[str, Argument], *, chosen: tuple[str, ...]) -> list[str]:
        """Return the arguments that the supporter chose, else some, in an order of this letter's own."""
        keys = [key for key in chosen if key in arguments] or list(islice(self._shuffled(list(arguments)), ARGUMENTS))
        return [self.one_of(arguments[key].variants) for key in keys]

    def _shuffled(self, keys: list[str]) -> Iterator[str]:
        while keys:
            yield keys.pop(self._draw(len(keys)))

    def _draw(self, choices: int) -> int:
        self._seed, drawn = divmod(self._seed, choices)
        return drawn
