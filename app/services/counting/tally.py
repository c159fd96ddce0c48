"""The kept counts: they move in the transaction that moves the stage."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import at_the_end
from app.models.letter import LetterKind, Stage
from app.models.office import Channel
from app.models.tally import Dimension, SupporterDay, SupporterTally, Tally, TallyTotal
from app.rows.writing import Rows, write_together


class Counted(Protocol):
    """A letter, as far as counting goes."""

    @property
    def campaign_id(self) -> uuid.UUID: ...
    @property
    def country(self) -> str: ...
    @property
    def office_id(self) -> uuid.UUID: ...
    @property
    def prisoner_id(self) -> uuid.UUID | None: ...
    @property
    def language(self) -> str: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def stage(self) -> Stage: ...
    @property
    def stage_on(self) -> date: ...
    @property
    def kind(self) -> LetterKind: ...


class Alike(NamedTuple):
    """Letters that count alike: in the same cells."""

    campaign_id: uuid.UUID
    country: str
    office_id: uuid.UUID
    prisoner_id: uuid.UUID | None
    language: str
    channel: Channel
    stage: Stage
    day: date
    kind: LetterKind = LetterKind.PERSONAL


class Cell(NamedTuple):
    """One number of the tally. Sorted, so that two transactions take their locks in the same order."""

    campaign_id: uuid.UUID
    dimension: Dimension
    value: str
    day: date
    stage: Stage


class Total(NamedTuple):
    """One number of the tally over all days."""

    campaign_id: uuid.UUID
    dimension: Dimension
    value: str
    stage: Stage


class _Number(NamedTuple):
    campaign_id: uuid.UUID
    dimension: Dimension
    value: str
    day: date
    stage: Stage
    letters: int


class _Sum(NamedTuple):
    campaign_id: uuid.UUID
    dimension: Dimension
    value: str
    stage: Stage
    letters: int


class _People(NamedTuple):
    campaign_id: uuid.UUID
    country: str
    supporters: int


class _Day(NamedTuple):
    campaign_id: uuid.UUID
    day: date
    supporters: int


def alike(letter: Counted) -> Alike:
    """Return as what a letter counts while it is in its stage."""
    return Alike(
        letter.campaign_id,
        letter.country,
        letter.office_id,
        letter.prisoner_id,
        letter.language,
        letter.channel,
        letter.stage,
        letter.stage_on,
        letter.kind,
    )


def cells(groups: Mapping[Alike, int]) -> Counter[Cell]:
    """Return the numbers to which so many letters come."""
    counted: Counter[Cell] = Counter()
    for each, n in groups.items():
        for dimension, value in _values(each):
            counted[Cell(each.campaign_id, dimension, value, each.day, each.stage)] += n
    return counted


def totals(numbers: Mapping[Cell, int]) -> Counter[Total]:
    """Return these numbers over all days."""
    summed: Counter[Total] = Counter()
    for cell, n in numbers.items():
        summed[Total(cell.campaign_id, cell.dimension, cell.value, cell.stage)] += n
    return summed


def note(session: AsyncSession, changes: Iterable[tuple[Alike, int]]) -> None:
    """Have letters added to the kept counts at the end of the transaction, all together and in one order."""
    total: Counter[Alike] = session.info.setdefault("tally", Counter())
    for each, by in changes:
        total[each] += by
    at_the_end(session, _write)


def note_new(session: AsyncSession, letters: Iterable[Counted]) -> None:
    """Have new letters added, each in the stage in which it begins."""
    note(session, ((alike(letter), +1) for letter in letters))


def note_person(session: AsyncSession, campaign_id: uuid.UUID, country: str, day: date) -> None:
    """Have somebody counted who has confirmed, where they live and when, at the end of the transaction too."""
    session.info.setdefault("people", Counter())[campaign_id, country] += 1
    session.info.setdefault("days", Counter())[campaign_id, day] += 1
    at_the_end(session, _write)


def _values(alike: Alike) -> Iterator[tuple[Dimension, str]]:
    yield Dimension.ALL, ""
    yield Dimension.COUNTRY, alike.country
    yield Dimension.OFFICE, str(alike.office_id)
    yield Dimension.PRISONER, str(alike.prisoner_id) if alike.prisoner_id else "all"
    yield Dimension.LANGUAGE, alike.language
    yield Dimension.CHANNEL, alike.channel.value
    if alike.kind is not LetterKind.PERSONAL:  # personal ones are the rest: they need no cells of their own
        yield Dimension.KIND, alike.kind.value


def rows(
    letters: Mapping[Cell, int],
    people: Mapping[tuple[uuid.UUID, str], int] = MappingProxyType({}),
    days: Mapping[tuple[uuid.UUID, date], int] = MappingProxyType({}),
) -> tuple[Rows, ...]:
    """Return what to add to the kept counts, in one order: people first, and letters, which all contend for, last."""
    return (
        Rows(SupporterDay, [_Day(*when, n) for when, n in sorted(days.items()) if n], "supporters"),
        Rows(SupporterTally, [_People(*where, n) for where, n in sorted(people.items()) if n], "supporters"),
        Rows(Tally, [_Number(*cell, n) for cell, n in sorted(letters.items()) if n], "letters"),
        Rows(TallyTotal, [_Sum(*total, n) for total, n in sorted(totals(letters).items()) if n], "letters"),
    )


async def _write(session: AsyncSession) -> None:
    groups: Counter[Alike] = session.info.pop("tally", Counter())
    people, days = session.info.pop("people", {}), session.info.pop("days", {})
    await write_together(session, *rows(cells(groups), people, days))
