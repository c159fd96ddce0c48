"""When an attempt that failed for now is made again."""

import itertools

import pytest

from app.delivery import retry

CHANCES = (0.0, 0.25, 0.5, 0.999)
ATTEMPTS = range(1, 30)


def test_each_wait_is_longer_than_the_one_before_until_it_is_capped() -> None:
    waits = [retry.wait(attempts, first=60, chance=0.5) for attempts in ATTEMPTS]

    assert waits[0] == 60
    assert all(later == retry.LONGEST_WAIT or later > earlier for earlier, later in itertools.pairwise(waits))
    assert max(waits) == retry.LONGEST_WAIT


@pytest.mark.parametrize("attempts", ATTEMPTS)
def test_waits_differ_by_a_quarter_at_most(attempts: int) -> None:
    middle = retry.wait(attempts, first=60, chance=0.5)
    waits = [retry.wait(attempts, first=60, chance=chance) for chance in CHANCES]

    assert len(set(waits)) == len(CHANCES)
    assert all(middle * 0.75 <= wait <= middle * 1.25 for wait in waits)


@pytest.mark.parametrize("attempts", [1, 24, 10_000])
@pytest.mark.parametrize("first", [0.1, 60, 50_000])
def test_it_gives_up_by_the_clock_and_not_by_how_often_it_was_tried(attempts: int, first: float) -> None:
    def wait(tried_for: float) -> float | None:
        return retry.wait_or_give_up(attempts, tried_for=tried_for, first=first, chance=0.5)

    assert wait(0) is not None
    assert wait(retry.PATIENCE - 1) in {0.1, 0.4, 1}  # the last attempt comes when patience ends
    assert wait(retry.PATIENCE) is None


def test_a_letter_that_always_fails_is_tried_for_five_days() -> None:
    tried_for, attempts = 0.0, 1
    while wait := retry.wait_or_give_up(attempts, tried_for=tried_for, first=60, chance=0):
        tried_for, attempts = tried_for + wait, attempts + 1

    assert tried_for == 5 * 24 * 3600
    assert 20 < attempts < 40


def test_a_first_wait_above_the_cap_is_kept() -> None:
    assert retry.wait(5, first=50_000, chance=0.5) == 50_000
