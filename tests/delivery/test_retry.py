"""When an attempt that failed for now is made again."""

import itertools

import pytest

from app.delivery import retry

CHANCES = (0.0, 0.25, 0.5, 0.999)


def test_each_wait_is_longer_than_the_one_before_until_it_is_capped() -> None:
    waits = [retry.wait(attempts, first=60, chance=0.5) or 0 for attempts in range(1, retry.MOST_ATTEMPTS)]

    assert waits[0] == 60
    assert all(later == retry.LONGEST_WAIT or later > earlier for earlier, later in itertools.pairwise(waits))
    assert max(waits) == retry.LONGEST_WAIT


@pytest.mark.parametrize("attempts", range(1, retry.MOST_ATTEMPTS))
def test_waits_differ_by_a_quarter_at_most(attempts: int) -> None:
    middle = retry.wait(attempts, first=60, chance=0.5) or 0
    waits = [retry.wait(attempts, first=60, chance=chance) or 0 for chance in CHANCES]

    assert len(set(waits)) == len(CHANCES)
    assert all(middle * 0.75 <= wait <= middle * 1.25 for wait in waits)


@pytest.mark.parametrize("attempts", [retry.MOST_ATTEMPTS, retry.MOST_ATTEMPTS + 1, 10_000])
def test_it_gives_up_after_the_most_attempts(attempts: int) -> None:
    assert retry.wait(retry.MOST_ATTEMPTS - 1, first=60, chance=0.5) is not None
    assert retry.wait(attempts, first=60, chance=0.5) is None


def test_a_mail_server_that_is_away_over_a_long_weekend_loses_nothing() -> None:
    waits = [retry.wait(attempts, first=60, chance=0) or 0 for attempts in range(1, retry.MOST_ATTEMPTS)]

    assert sum(waits) > 3 * 24 * 3600


def test_a_first_wait_above_the_cap_is_kept() -> None:
    assert retry.wait(5, first=50_000, chance=0.5) == 50_000
