"""The letter itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.composing import parts, salutations, templates, texts
from app.composing.brief import BriefContent, BriefOffice
from app.composing.known import Known
from app.composing.parts import Parts
from app.composing.sender import Supporter, signature
from app.models.official import Holder

SUBJECT_LENGTH = 150  # characters; longer ones are cut by what shows them
ARGUMENTS = 2  # in a letter whose supporter chose none


class OwnPart(NamedTuple):
    """What a supporter may put into a letter: words of their own, and a choice among the arguments offered."""

    paragraph: str | None = None
    text: str | None = None  # instead of all but the facts and demands; moderated
    role: str | None = None  # "as a nurse", in `language`
    arguments: tuple[str, ...] = ()
    language: str = "en"


class Opened(NamedTuple):
    """What a supporter handed in, opened for composing, with the letter's own choices."""

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


def compose(brief: BriefContent, office: BriefOffice, official: Holder | None, opened: Opened) -> ComposedLetter:
    """Return the letter to this office: personal, correctly addressed, with all demands verbatim."""
    language, writer = opened.language, opened.supporter.country
    these = parts.of(brief, office, opened.prisoner_id, language)
    drawn = _Drawn(opened.seed, these.known)
    subject = drawn.one_of(these.subjects)
    salutation = salutations.for_office(office, official, language=language, writer=writer)
    request = f"{drawn.one_of(these.requests)}\n{these.demands}"
    paragraphs = [
        salutation,
        *(
            _own_text(opened.own, these, request)
            or _text_of_the_campaign(drawn, these, opened, request, after=salutation)
        ),
        salutations.closing(office, salutation, language=language, writer=writer),
        "\n".join(signature(brief, office, opened.supporter, language=language)),
        _copies(brief, opened),
    ]
    return ComposedLetter(subject[:SUBJECT_LENGTH], "\n\n".join(filter(None, paragraphs)) + "\n")


def _own_text(own: OwnPart, these: Parts, request: str) -> list[str]:
    return [own.text, *these.facts, request] if own.text else []


def _text_of_the_campaign(
    drawn: "_Drawn", these: Parts, opened: Opened, request: str, *, after: str
) -> list[str | None]:
    opening, role = salutations.begun(drawn.one_of(these.openings), after=after), _role(opened)
    return [
        f"{opening} {role}" if role else opening,
        opened.own.paragraph,
        *these.facts,
        " ".join(drawn.some_of(these.arguments, chosen=opened.own.arguments)),
        request,
        drawn.one_of(these.endings),
    ]


def _role(opened: Opened) -> str | None:
    """Say in what role the supporter writes, where the letter is in the language in which they said so."""
    role = opened.own.role if opened.own.language == opened.language else None
    phrases = texts.phrases(opened.language)
    return phrases.role.replace("{role}", role) if role and phrases else None


def _copies(brief: BriefContent, opened: Opened) -> str | None:
    if not opened.copies:
        return None
    phrases = texts.phrases(opened.language)
    titles = [office.title_in(opened.language) for copy in opened.copies if (office := brief.office(copy))]
    return phrases.copy_to.replace("{offices}", "; ".join(titles)) if phrases and titles else None


class _Drawn:
    """Draws one variant after another by the letter's seed."""

    def __init__(self, seed: int, known: Known) -> None:
        self._seed = seed
        self._known = known

    def one_of(self, variants: Sequence[str]) -> str:
        """Return one variant, filled."""
        return templates.render(variants[self._draw(len(variants))], self._known)

    def some_of(self, arguments: dict[str, Sequence[str]], *, chosen: tuple[str, ...]) -> list[str]:
        """Return the arguments that the supporter chose, else some, in an order of this letter's own."""
        keys = [key for key in chosen if key in arguments] or self._some_keys(list(arguments))
        return [self.one_of(arguments[key]) for key in keys]

    def _some_keys(self, keys: list[str]) -> list[str]:
        return [keys.pop(self._draw(len(keys))) for _ in range(min(ARGUMENTS, len(keys)))]

    def _draw(self, choices: int) -> int:
        self._seed, drawn = divmod(self._seed, choices)
        return drawn
