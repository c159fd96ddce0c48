"""The newest event decides, in whatever order events were entered."""

import random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from app.models.prisoner import PrisonerStatus
from app.models.prisoner_event import STATUS_AFTER, EventKind
from app.services.lives import life

DAYS = st.sampled_from(["2020", "2020-06", "2020-06-01", "2020-06-02", "2021", "2021-01-01", "2024-02-29"])


class Happened(NamedTuple):
    kind: EventKind
    happened_on: str


EVENTS = st.lists(st.builds(Happened, st.sampled_from(EventKind), DAYS), max_size=8)


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_entering_does_not_matter(events: list[Happened], chance: random.Random) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert life.deciding(shuffled) == life.deciding(events)


@given(EVENTS)
def test_no_event_after_the_deciding_one_has_a_status(events: list[Happened]) -> None:
    decided = life.deciding(events)
    telling = [each for each in events if STATUS_AFTER[each.kind]]
    if decided is None:
        assert not telling
    elif decided.kind is not EventKind.DEATH:
        assert decided.happened_on == max(each.happened_on for each in telling)
        assert not any(each.kind is EventKind.DEATH for each in telling)


@given(EVENTS, st.sampled_from(EventKind), DAYS, st.sampled_from(PrisonerStatus))
def test_entering_and_taking_back_leaves_the_status_as_it_was(
    events: list[Happened], kind: EventKind, day: str, by_hand: PrisonerStatus
) -> None:
    before = life.status_after([], events, now=by_hand, given=by_hand)
    with_it = [*events, Happened(kind, day)]
    between = life.status_after(events, with_it, now=before, given=by_hand)
    assert life.status_after(with_it, events, now=between, given=by_hand) == before


@given(EVENTS, st.sampled_from(PrisonerStatus))
def test_one_by_one_or_all_at_once_comes_to_the_same(events: list[Happened], by_hand: PrisonerStatus) -> None:
    status = by_hand
    for n in range(len(events)):
        status = life.status_after(events[:n], events[: n + 1], now=status, given=by_hand)
    assert status == life.status_after([], events, now=by_hand, given=by_hand)


def test_on_one_day_the_held_are_released_before_a_new_arrest_and_the_free_arrested_first() -> None:
    same_day = [Happened(EventKind.RELEASE, "2024-05-01"), Happened(EventKind.ARREST, "2024-05-01")]
    held = life.deciding([Happened(EventKind.SENTENCE, "2022"), *same_day])
    free = life.deciding(same_day)
    assert (held, free) == (same_day[1], same_day[0])


def test_nothing_follows_a_death() -> None:
    death = Happened(EventKind.DEATH, "2020-06-01")
    assert life.deciding([Happened(EventKind.TRIAL, "2021"), death]) == death


def test_a_year_alone_is_earlier_than_another_year_but_not_than_a_day_in_it() -> None:
    arrest = Happened(EventKind.ARREST, "2021-05-04")
    for day, early in (("2020", True), ("2021", False), ("2021-04", True), ("2021-05", False), ("2021-05-03", True)):
        release = Happened(EventKind.RELEASE, day)
        found = life.freed_before_arrest([arrest, release], detained_on=None)
        assert found == ([release] if early else []), day
    assert life.freed_before_arrest([Happened(EventKind.AMNESTY, "2021")], detained_on="2022-01-01")
    assert not life.freed_before_arrest([Happened(EventKind.AMNESTY, "2021")], detained_on=None)
