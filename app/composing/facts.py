"""From a brief's facts to what a text in one language may say."""

from collections.abc import Sequence
from functools import lru_cache

from app.composing import dates, places
from app.composing.brief import BriefContent, BriefOffice, BriefPrisoner
from app.composing.known import Appeal, Known, Person, Post
from app.composing.names import Name, joined

KEPT = 2_048  # in memory


def known(brief: BriefContent, office: BriefOffice, prisoners: Sequence[BriefPrisoner], *, language: str) -> Known:
    """Return what a letter about these prisoners to this office may say."""
    people = tuple(_person(prisoner, language) for prisoner in prisoners)
    found = Known(
        names=joined(tuple(person.name for person in people), language),
        plural=len(people) > 1,
        urgent=brief.urgent,
        country=places.country(country_of(brief), language),
        prisoner=people[0],
        prisoners=people,
        office=Post(office.title_in(language), office.institution.get(language)),
        campaign=Appeal(brief.title_in(language), brief.code),
    )
    return _one_of_equals(found)


@lru_cache(maxsize=KEPT)
def _one_of_equals(known: Known) -> Known:
    """Return the first of those that are equal: what is filled with it is then found without comparing contents."""
    return known


def country_of(brief: BriefContent) -> str:
    """The country that holds the prisoners, of whose authorities a letter speaks."""
    return brief.prisoners[0].country


def _person(prisoner: BriefPrisoner, language: str) -> Person:
    return Person(
        name=Name(prisoner.names.get(language, prisoner.name), tuple(prisoner.cases.get(language, {}).items())),
        occupation=prisoner.occupation.get(language),
        place=prisoner.place.get(language),
        charges=prisoner.charges.get(language),
        sentence=prisoner.sentence.get(language),
        health=prisoner.health.get(language),
        born_on=dates.partial(prisoner.born_on, language) if prisoner.born_on else None,
        detained_on=dates.partial(prisoner.detained_on, language) if prisoner.detained_on else None,
    )
