"""To whom a supporter writes, by which channel and in which language."""

from dataclasses import dataclass

from app.composing.brief import BriefContent, BriefOffice
from app.models.office import Channel


@dataclass(frozen=True, slots=True)
class Recipient:
    office: BriefOffice
    channel: Channel
    language: str


def choose(brief: BriefContent, *, country: str, language: str) -> list[Recipient]:
    """The offices that everybody writes to, then the embassies accredited to the supporter's country."""
    offices = (office for office in brief.offices if office.accredited_to is None or country in office.accredited_to)
    return [
        Recipient(office, office.channels[0], letter_language(brief, office, language=language)) for office in offices
    ]


def letter_language(brief: BriefContent, office: BriefOffice, *, language: str) -> str:
    """The supporter's own where the office takes it; else the first that the office takes and the campaign has."""
    common = [each for each in office.languages if each in brief.demands]
    return language if language in common else common[0]
