"""The joint letter: what all organisations that signed a campaign say to one office, in the voice of “we”."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.composing import alphabets, facts, places, salutations, templates, texts
from app.composing.brief import BriefContent, BriefOffice
from app.composing.compose import SUBJECT_LENGTH, ComposedLetter
from app.composing.known import Known
from app.models.campaign import Privacy
from app.models.official import Holder


@dataclass(frozen=True, slots=True)
class Endorser:
    """An organisation, as it signs."""

    name: str
    country: str
    signatory: str | None = None
    signatory_role: str | None = None


def compose(
    brief: BriefContent,
    office: BriefOffice,
    official: Holder | None,
    *,
    language: str,
    endorsers: Sequence[Endorser],
) -> ComposedLetter:
    """Return the letter to this office: the campaign's facts and demands, signed by who runs it and by all the others.

    LookupError if the house has no joint letter in this language.
    """
    frame = texts.joint(language)
    if frame is None:
        raise LookupError(f"no joint letter in {language}")
    wording, known = frame.to(office.audience), facts.known(brief, office, brief.prisoners, language=language)
    salutation = salutations.for_office(office, official, language=language)
    paragraphs = [
        salutation,
        salutations.begun(_first(wording.openings, known), after=salutation),
        *(prisoner.summary[language] for prisoner in brief.prisoners),
        "\n".join([_first(wording.requests, known), *(f"– {demand}" for demand in brief.demands[language])]),
        _first(wording.endings, known),
        salutations.closing(office, salutation, language=language, several=True),
        brief.organisation,
        "\n".join([frame.signed, *(f"– {line}" for line in signatures(endorsers, language))]),
    ]
    return ComposedLetter(_first(wording.subjects, known)[:SUBJECT_LENGTH], "\n\n".join(paragraphs) + "\n")


def language_for(brief: BriefContent, office: BriefOffice) -> str | None:
    """Return the first language that the office takes, the campaign has, and the house knows a joint letter in."""
    return next((each for each in office.languages if each in brief.demands and texts.joint(each)), None)


def signatures(endorsers: Sequence[Endorser], language: str) -> list[str]:
    """Return a line for each organisation, in the order of the language's alphabet."""
    in_order = sorted(endorsers, key=lambda each: alphabets.key(each.name, language))
    return [_signature(each, language) for each in in_order]


def in_own_name(brief: BriefContent) -> BriefContent:
    """Return the brief as that of a letter from the organisation itself: its name stands where a supporter's would."""
    return brief.model_copy(update={"privacy": Privacy.ORGANISATION})


def _signature(endorser: Endorser, language: str) -> str:
    person = ", ".join(filter(None, (endorser.signatory, endorser.signatory_role)))
    organisation = f"{endorser.name} ({places.country(endorser.country, language)})"
    return f"{organisation}: {person}" if person else organisation


def _first(variants: Sequence[str], known: Known) -> str:
    """Return the first variant that can be said, filled."""
    return templates.render(next(each for each in variants if templates.needs(each) <= known.has), known)
