"""How fast letters may leave, and in which order."""

import itertools
import uuid
from bisect import bisect_left
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery import pacing
from app.delivery.pacing import Turn
from app.models.hours import OfficeHours
from app.services import limits as office_limits
from app.services.limits import Limits, Pace

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
MINSK = OfficeHours(timezone="Europe/Minsk")
ORGANISATION = uuid.UUID(int=1)


def departures(limits: Limits, looks: list[float], chances: list[float]) -> list[datetime]:
    """When letters leave that wait without end, if somebody looks after these pauses."""
    pace, at, left = None, NOON, []
    for pause, chance in zip(looks, chances, strict=True):
        at += timedelta(seconds=pause)
        if taken := pacing.slots(pace, limits, now=at):
            pace = pacing.after(pace, limits, taken=taken, now=at, chance=chance)
            left += [at] * taken
    return left


def most_within(times: list[datetime], window: timedelta) -> int:
    return max((bisect_left(times, start + window) - n for n, start in enumerate(times)), default=0)


@given(
    hourly=st.integers(1, 20_000),
    looks=st.lists(st.one_of(st.floats(0, 3), st.floats(0, 4_000)), min_size=1, max_size=400),
    seed=st.randoms(use_true_random=False),
)
def test_no_hour_ever_sees_more_than_the_limit(hourly: int, looks: list[float], seed: Random) -> None:
    left = departures(Limits(hourly), looks, [seed.random() for _ in looks])

    assert most_within(left, timedelta(hours=1)) <= hourly


def test_an_hour_of_looking_often_uses_the_limit_up() -> None:
    left = departures(Limits(60), [0.5] * 7_200, [0.5] * 7_200)

    assert 58 <= len(left) <= 60


def test_gaps_differ_by_a_quarter_up_and_down() -> None:
    looks = 36_000
    left = departures(Limits(60), [0.5] * looks, [n * 0.618 % 1 for n in range(looks)])
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(left)]
    step = Limits(60).step

    assert step * 0.75 - 1 <= min(gaps) < step * 0.85
    assert step * 1.15 < max(gaps) <= step * 1.25 + 1


def test_a_quiet_day_is_not_made_up_for() -> None:
    pace = Pace(NOON - timedelta(days=1), NOON - timedelta(days=1))

    assert pacing.slots(pace, Limits(60), now=NOON) == 1


def test_a_daily_limit_is_spread_over_the_hours_in_which_the_office_is_open() -> None:
    assert Limits(1_000, daily=8).step == pytest.approx(86_400 / 8, rel=0.04)
    assert Limits(1_000, daily=8, hours=MINSK).step == pytest.approx(3_600, rel=0.04)
    assert Limits(60, daily=1_000_000).step == Limits(60).step


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (datetime(2026, 3, 4, 5, 59, tzinfo=UTC), datetime(2026, 3, 4, 6, tzinfo=UTC)),  # before nine in Minsk
        (datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 3, 4, 9, tzinfo=UTC)),
        (datetime(2026, 3, 4, 14, tzinfo=UTC), datetime(2026, 3, 5, 6, tzinfo=UTC)),  # five o'clock
        (datetime(2026, 3, 6, 15, tzinfo=UTC), datetime(2026, 3, 9, 6, tzinfo=UTC)),  # over the weekend
    ],
)
def test_letters_wait_for_the_office_to_open_in_its_own_time_zone(at: datetime, opens: datetime) -> None:
    assert office_limits.opening(at, MINSK) == opens
    assert pacing.slots(None, Limits(60, hours=MINSK), now=at) == int(at == opens)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 29, tzinfo=UTC), 5), (datetime(2026, 10, 25, tzinfo=UTC), 7), (NOON, 6)],
    ids=["an hour is missing", "an hour comes twice", "any other day"],
)
def test_nights_on_which_clocks_change_are_as_long_as_they_are(day: datetime, hours: int) -> None:
    night = OfficeHours(timezone="Europe/Berlin", opens=time(0), closes=time(6), days=[1, 2, 3, 4, 5, 6, 7])

    opens_at, closes_at = night.on(day.date())

    assert closes_at - opens_at == timedelta(hours=hours)


def test_a_large_campaign_does_not_starve_a_small_one() -> None:
    large = [_turn(campaign=1, office=n) for n in range(20)]
    small = _turn(campaign=2, office=7)

    given_ = _share([*large, small], room=10, office=100)

    assert given_[small] == 5
    assert given_.total() == 10


def test_campaigns_alternate_at_an_office_that_takes_one_letter_at_a_time() -> None:
    waiting = [_turn(campaign=1, office=1), _turn(campaign=2, office=1)]
    order = []
    for _ in range(6):
        (turn,) = _share(waiting, room=100, office=1)
        order.append(turn.campaign_id.int)
        waiting.append(waiting.pop(waiting.index(turn)))  # the last to be served stands last

    assert order == [1, 2, 1, 2, 1, 2]


@pytest.mark.parametrize("bound", ["office", "domain", "organisation", "room"])
def test_no_bound_is_passed_by_many_campaigns_together(bound: str) -> None:
    waiting = [_turn(campaign=n, office=1) for n in range(30)]

    given_ = _share(waiting, **({"room": 100, "office": 100, "domain": 100, "organisation": 100} | {bound: 7}))

    assert given_.total() == 7
    assert max(given_.values()) == 1


def test_concurrency_grows_by_one_a_round_and_falls_by_half() -> None:
    grown = pacing.adjusted(5.0, sent=5, deferred=0)

    assert grown == 6
    assert pacing.adjusted(grown, sent=3, deferred=1) == 3
    assert pacing.adjusted(1.0, sent=0, deferred=9) == 1
    assert pacing.adjusted(20.0, sent=100, deferred=0) == pacing.MOST_CONCURRENCY


def test_the_last_letter_is_expected_when_all_slots_before_it_have_passed() -> None:
    limits = Limits(60)

    assert office_limits.last_leaves_at(None, limits, letters=1, now=NOON) == NOON
    assert office_limits.last_leaves_at(None, limits, letters=61, now=NOON) == NOON + timedelta(
        seconds=60 * limits.step
    )


def test_nights_and_weekends_do_not_count_for_the_last_letter() -> None:
    limits = Limits(1, hours=MINSK)  # a step is an hour and twenty minutes, so six leave on one day

    last = office_limits.last_leaves_at(
        None, limits, letters=20, now=datetime(2026, 3, 5, 6, tzinfo=UTC)
    )  # Thursday at nine

    assert last.date() == datetime(2026, 3, 10, tzinfo=UTC).date()  # Tuesday
    assert office_limits.opening(last, MINSK) == last


def _turn(*, campaign: int, office: int) -> Turn:
    return Turn(uuid.UUID(int=campaign), uuid.UUID(int=1_000 + office), ORGANISATION, "by.example.org")


def _share(
    turns: list[Turn], *, room: int, office: int, domain: int = 1_000, organisation: int = 1_000
) -> Counter[Turn]:
    return pacing.share(
        turns,
        room=room,
        offices={turn.office_id: office for turn in turns},
        domains={turn.domain: domain for turn in turns},
        organisations={ORGANISATION: organisation},
    )
