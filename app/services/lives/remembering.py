"""Days ahead on which people remember a prisoner. Pure."""

import uuid
from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from app.models.check import Anniversary, Occasion

ROUND_YEARS = 5
ROUND_DAYS = 1_000
FIRST_DAYS = frozenset({100, 500})  # days in prison that are remembered, besides the thousands
LEAP_DAY = (2, 29)


class Remembered(NamedTuple):
    """Somebody, and the days of their life, as far as they are known."""

    id: uuid.UUID
    slug: str
    name: str
    dates: Mapping[Occasion, str | None]


def ahead(people: Iterable[Remembered], *, today: date, days: int) -> list[Anniversary]:
    """Return what comes from today on, in order.

    Only whole dates have anniversaries. Who was born on 29 February is remembered on 1 March in other years.
    """
    until = today + timedelta(days=days)
    found = [
        _told(person, on, occasion, n, since)
        for person in people
        for was, text in person.dates.items()
        if (since := whole(text))
        for on, occasion, n in _of(was, since, today=today, until=until)
    ]
    return sorted(found, key=lambda each: each.id)


def whole(text: str | None) -> date | None:
    """Return a day that is known as a whole."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def in_year(day: date, year: int) -> date:
    if (day.month, day.day) == LEAP_DAY and not isleap(year):
        return date(year, 3, 1)
    return day.replace(year=year)


def _told(person: Remembered, on: date, occasion: Occasion, n: int, since: date) -> Anniversary:
    return Anniversary(
        id=_place(on, occasion, person.id),
        on=on,
        occasion=occasion,
        number=n,
        round=n % (ROUND_DAYS if occasion is Occasion.DAYS_IN_PRISON else ROUND_YEARS) == 0,
        since=since,
        prisoner=person.slug,
        name=person.name,
    )


def _of(was: Occasion, since: date, *, today: date, until: date) -> Iterator[tuple[date, Occasion, int]]:
    for year in range(max(today.year, since.year + 1), until.year + 1):
        if today <= (on := in_year(since, year)) <= until:
            yield on, was, year - since.year
    if was is not Occasion.ARREST:
        return
    for ordinal in range(today.toordinal(), until.toordinal() + 1):
        n = ordinal - since.toordinal()
        if n in FIRST_DAYS or (n > 0 and n % ROUND_DAYS == 0):
            yield date.fromordinal(ordinal), Occasion.DAYS_IN_PRISON, n


def _place(on: date, occasion: Occasion, prisoner_id: uuid.UUID) -> uuid.UUID:
    """Return an id by which anniversaries stand in order, so that a cursor can be made of it."""
    kind = list(Occasion).index(occasion)
    return uuid.UUID(bytes=on.toordinal().to_bytes(4) + kind.to_bytes(1) + prisoner_id.bytes[-11:])
