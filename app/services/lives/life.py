"""What the events of a life say: which of them decides the status. Pure."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

from app.models.prisoner import FREE_OR_DEAD, PrisonerStatus
from app.models.prisoner_event import FREES, STATUS_AFTER, EventKind

WHILE_HELD = (EventKind.CHARGE, EventKind.TRIAL, EventKind.SENTENCE)
SET_FREE = (EventKind.AMNESTY, EventKind.RELEASE, EventKind.EXCHANGE)
OF_THE_HELD = (*WHILE_HELD, *SET_FREE, EventKind.ARREST, EventKind.DEATH)
OF_THE_FREE = (EventKind.ARREST, *WHILE_HELD, *SET_FREE, EventKind.DEATH)


class Happened(Protocol):
    """An event, as far as its place in a life goes."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def happened_on(self) -> str: ...


Event = TypeVar("Event", bound=Happened)


def deciding(events: Iterable[Event]) -> Event | None:
    """Return the newest event that has a status, in whatever order they were entered. Nothing follows a death.

    On one day, who was held is charged, sentenced and set free before a new arrest; who was free is arrested first.
    """
    decided: Event | None = None
    telling = sorted((each for each in events if STATUS_AFTER[each.kind]), key=lambda each: each.happened_on)
    for _, same_day in groupby(telling, key=lambda each: each.happened_on):
        if decided is not None and decided.kind is EventKind.DEATH:
            return decided
        order = OF_THE_HELD if decided is not None and decided.kind not in SET_FREE else OF_THE_FREE
        decided = max(same_day, key=lambda each: order.index(each.kind))
    return decided


def status_after(
    before: Sequence[Happened], after: Sequence[Happened], *, now: PrisonerStatus, given: PrisonerStatus
) -> PrisonerStatus:
    """Return the status once the events have changed: as it is `now`, unless another event decides than before."""
    old, new = deciding(before), deciding(after)
    if new is None:
        return given if old else now
    if old and (old.kind, old.happened_on) == (new.kind, new.happened_on):
        return now
    return STATUS_AFTER[new.kind] or now


def freed_before_arrest(events: Sequence[Event], *, detained_on: str | None) -> list[Event]:
    """Return releases that lie before every arrest that is known."""
    arrests = [each.happened_on for each in events if each.kind is EventKind.ARREST]
    arrests += [detained_on] if detained_on else []
    freed = [each for each in events if each.kind in FREES]
    return [each for each in freed if arrests and all(_earlier(each.happened_on, day) for day in arrests)]


def _earlier(one: str, other: str) -> bool:
    """Tell whether a day lies before another for certain: as far as both are known."""
    exact = min(len(one), len(other))
    return one[:exact] < other[:exact]


def is_freed(before: PrisonerStatus, after: PrisonerStatus) -> bool:
    return before not in FREE_OR_DEAD and after in FREE_OR_DEAD


def is_back(before: PrisonerStatus, after: PrisonerStatus) -> bool:
    return before in FREE_OR_DEAD and after not in FREE_OR_DEAD
