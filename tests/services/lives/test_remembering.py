"""Anniversaries ahead: in order, on days that exist."""

import uuid
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.models.check import Anniversary, Occasion
from app.models.columns import uuid7
from app.services.lives import remembering
from app.services.lives.remembering import Remembered

PEOPLE = st.dictionaries(
    st.sampled_from([Occasion.BIRTHDAY, Occasion.ARREST, Occasion.SENTENCE]),
    st.dates(date(1930, 1, 1), date(2026, 11, 21)).map(date.isoformat),
)


def ahead(dates: dict[Occasion, str | None], today: str, days: int = 30) -> list[tuple[str, str, int]]:
    one = Remembered(uuid7(), "ada", "Ada", dates)
    found = remembering.ahead([one], today=date.fromisoformat(today), days=days)
    return [(each.on.isoformat(), each.occasion.value, each.number) for each in found]


def test_who_was_born_on_29_february_has_a_birthday_every_year() -> None:
    born: dict[Occasion, str | None] = {Occasion.BIRTHDAY: "1984-02-29"}
    assert ahead(born, "2028-02-20") == [("2028-02-29", "birthday", 44)]
    assert ahead(born, "2027-02-20") == [("2027-03-01", "birthday", 43)]
    assert ahead(born, "2027-03-02") == []


def test_a_thousand_days_in_prison_are_remembered_and_marked() -> None:
    day = date(2026, 11, 21) - timedelta(days=995)
    found = remembering.ahead(
        [Remembered(uuid7(), "ada", "Ada", {Occasion.ARREST: day.isoformat()})], today=date(2026, 11, 21), days=10
    )
    assert [(each.on, each.number, each.round) for each in found] == [(date(2026, 11, 26), 1_000, True)]


def test_the_day_itself_counts_the_turn_of_the_year_is_crossed_and_partial_dates_have_none() -> None:
    assert ahead({Occasion.ARREST: "2023-11-21"}, "2026-11-21", 0) == [("2026-11-21", "arrest", 3)]
    assert ahead({Occasion.SENTENCE: "2020-01-05"}, "2026-12-20") == [("2027-01-05", "sentence", 7)]
    assert ahead({Occasion.BIRTHDAY: "1984", Occasion.ARREST: "2020-02", Occasion.SENTENCE: None}, "2026-01-01") == []
    assert ahead({Occasion.ARREST: "2026-11-21"}, "2026-11-21") == []


@given(st.lists(PEOPLE, max_size=5), st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(0, 366))
def test_what_lies_ahead_stands_in_order_each_once_within_the_days(
    lives: list[dict[Occasion, str | None]], today: date, days: int
) -> None:
    people = [Remembered(uuid7(), f"p{n}", "P", dates) for n, dates in enumerate(lives)]
    found: list[Anniversary] = remembering.ahead(people, today=today, days=days)
    assert [each.on for each in found] == sorted(each.on for each in found)
    assert all(today <= each.on <= today + timedelta(days=days) and each.number > 0 for each in found)
    ids: list[uuid.UUID] = [each.id for each in found]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
