"""To whom a supporter writes, by which channel and in which language."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from app.composing import places
from app.composing.brief import BriefContent, BriefOffice
from app.composing.facts import country_of
from app.models.letter_texts import Audience
from app.models.office import Channel

KEPT = 2_048  # choices in memory, of a brief, a country and a language
NONE_WRITTEN: Mapping[uuid.UUID, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Recipient:
    office: BriefOffice
    channel: Channel
    language: str
    nearest_to: str | None = None  # a country: this office stands in for one that there is not


def choose(
    brief: BriefContent, *, country: str, language: str, written: Mapping[uuid.UUID, int] = NONE_WRITTEN
) -> list[Recipient]:
    """Return the offices that everybody writes to, then embassies for the supporter's country, then their own minister.

    `written` is how many letters each office has got: where the campaign spreads them, the fewest come first.
    """
    found = _offered(brief, country, language)
    if brief.least_written_first:
        return sorted(found, key=lambda recipient: written.get(recipient.office.id, 0))
    return list(found)


@lru_cache(KEPT)
def _offered(brief: BriefContent, country: str, language: str) -> tuple[Recipient, ...]:
    everybody = [_recipient(brief, office, language) for office in brief.offices if office.written_from is None]
    return (*everybody, *_embassies(brief, country, language), *_own_minister(brief, country, language))


def missing(brief: BriefContent, *, country: str) -> Iterator[tuple[str, str]]:
    """Yield whom a supporter living there cannot write to, and why."""
    there = places.country(country, "en")
    for origin in brief.embassies_of:
        if not _embassies_of(brief, origin, country):
            yield f"Ambassador of {places.country(origin, 'en')}", f"None that we know of is accredited to {there}."
    if brief.own_government and not _own_offices(brief, country):
        because = (
            "The country itself is written to." if country == country_of(brief) else "We do not have this office yet."
        )
        yield f"Foreign minister of {there}", because


def letter_language(brief: BriefContent, office: BriefOffice, *, language: str) -> str:
    """The supporter's own where the office takes it; else the first that the office takes and the campaign has."""
    common = [each for each in office.languages if each in brief.demands]
    return language if language in common else common[0]


def _recipient(brief: BriefContent, office: BriefOffice, language: str, nearest_to: str | None = None) -> Recipient:
    return Recipient(office, office.channels[0], letter_language(brief, office, language=language), nearest_to)


def _embassies(brief: BriefContent, country: str, language: str) -> Iterator[Recipient]:
    origins = brief.embassies_of or sorted({office.country for office in brief.offices if _is_embassy(office)})
    for origin in origins:
        here = _embassies_of(brief, origin, country)
        for office in here or _nearest(brief, origin):
            yield _recipient(brief, office, language, nearest_to=None if here else country)


def _embassies_of(brief: BriefContent, origin: str, country: str) -> list[BriefOffice]:
    return [
        office
        for office in brief.offices
        if _is_embassy(office) and office.country == origin and country in (office.written_from or ())
    ]


def _nearest(brief: BriefContent, origin: str) -> list[BriefOffice]:
    """Return the embassy in the first country of the organiser's order that has one."""
    return next(filter(None, (_embassies_of(brief, origin, country) for country in brief.nearest_embassies)), [])


def _is_embassy(office: BriefOffice) -> bool:
    return office.audience is Audience.DIPLOMAT and office.written_from is not None


def _own_minister(brief: BriefContent, country: str, language: str) -> Iterator[Recipient]:
    yield from (_recipient(brief, office, language) for office in _own_offices(brief, country))


def _own_offices(brief: BriefContent, country: str) -> list[BriefOffice]:
    return [office for office in brief.offices if office.own_government and country in (office.written_from or ())]
