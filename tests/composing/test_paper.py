"""What stands on paper: the address as on an envelope, place and date, the sender, and which paper."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.composing import dates, envelope, formats, paper
from app.composing.formats import FORMATS, Area
from app.composing.sender import signature
from app.models.paper import Paper
from tests.composing.pieces import PARAGRAPH, brief, letter, office, supporter

MINSK = "Main Street 1\n220030 Minsk"
FIRST = date(2026, 11, 1)


def sheet(
    body: str | None = None, *, paper_: Paper = Paper.A4_LEFT, posted_in: str = "DE", **overrides: Any
) -> paper.Sheet:
    """Lay out a letter to an office with a postal address."""
    content = brief(offices=[office(postal_address=MINSK)], privacy="full_address")
    who = overrides.pop("supporter", supporter())
    composed = letter(content, supporter=who, **overrides)
    text = replace(composed, body=body) if body else composed
    posting = paper.Posting(FIRST, posted_in, paper_, "en")
    return paper.sheet(content, content.offices[0], text, who, language="en", posting=posting)


def read(lines: list[paper.Line]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.parametrize(
    ("posted_in", "language", "written"),
    [
        ("DE", "de", "BELARUS"),
        ("FR", "fr", "BIÉLORUSSIE"),
        ("CH", "fr", "BIÉLORUSSIE"),
        ("CH", "en", "BELARUS"),
        ("PL", "pl", "BIAŁORUŚ"),
        ("RU", "ru", "БЕЛАРУСЬ / BELARUS"),
        ("GR", "el", "ΛΕΥΚΟΡΩΣΙΑ / BELARUS"),
        ("EG", "ar", "بيلاروس / BELARUS"),
        ("AQ", "en", "BELARUS"),
    ],
)
def test_the_country_stands_last_in_capitals_as_the_post_that_takes_the_letter_reads_it(
    posted_in: str, language: str, written: str
) -> None:
    to = envelope.address(office(postal_address=MINSK), language="en", posted_in=posted_in, letters_of=language)

    assert to == ["Prosecutor General", "Main Street 1", "220030 Minsk", written]


@pytest.mark.parametrize("named", ["GERMANY", "Allemagne", "Deutschland", "niemcy", "Германия"])
def test_a_country_that_the_organiser_wrote_is_not_written_twice(named: str) -> None:
    embassy = office(kind="ambassador", postal_address=f"Main Street 1\n10117 Berlin\n{named}")

    to = envelope.address(embassy, language="en", posted_in="FR")

    assert to[-2:] == ["10117 Berlin", "ALLEMAGNE"]


def test_an_embassy_sits_where_its_address_says_and_never_in_the_country_it_speaks_for() -> None:
    assert envelope.address(office(kind="ambassador", postal_address=MINSK), language="en", posted_in="FR")[-1] == (
        "220030 Minsk"
    )
    of_one = office(kind="ambassador", postal_address="Main Street 1\n10117 Berlin", written_from=["DE"])
    assert envelope.address(of_one, language="en", posted_in="DE")[-1] == "DEUTSCHLAND"


@pytest.mark.parametrize(
    ("language", "country", "written"),
    [
        ("fr", "FR", "Lyon, le 1er novembre 2026"),
        ("fr", "DE", "Lyon, le 1er novembre 2026"),
        ("de", "DE", "Lyon, 1. November 2026"),
        ("en", "DE", "Lyon, 1 November 2026"),
        ("en", "FR", "Lyon, 1 November 2026"),
        ("en", "US", "Lyon, November 1, 2026"),
        ("es", "ES", "Lyon, 1 de noviembre de 2026"),
        ("ru", "RU", "Lyon, 1 ноября 2026\xa0г."),
        ("uk", "UA", "Lyon, 1 листопада 2026\xa0р."),
        ("pl", "PL", "Lyon, 1 listopada 2026"),
        ("be", "BY", "Lyon, 1 лістапада 2026\xa0г."),
    ],
)
def test_place_and_date_are_written_as_the_language_writes_them(language: str, country: str, written: str) -> None:
    told = dates.place_and_date("Lyon", FIRST, language=language, country=country)

    assert told.replace("\u202f", " ") == written


def test_only_the_first_is_an_ordinal_in_french() -> None:
    assert dates.day_in(date(2026, 11, 11), language="fr", country="FR") == "11 novembre 2026"


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("DE", Paper.A4_LEFT),
        ("GB", Paper.A4_LEFT),
        ("BR", Paper.A4_LEFT),
        ("FR", Paper.A4_RIGHT),
        ("CH", Paper.A4_RIGHT),
        ("LI", Paper.A4_RIGHT),
        ("RE", Paper.A4_RIGHT),
        ("US", Paper.LETTER),
        ("CA", Paper.LETTER),
        ("MX", Paper.LETTER),
        ("VE", Paper.LETTER),
    ],
)
def test_the_country_decides_the_paper_and_the_side_of_the_window(country: str, expected: Paper) -> None:
    assert formats.paper_of(country) is expected


def test_windows_and_folds_are_where_the_norms_have_them() -> None:
    din = FORMATS[Paper.A4_LEFT]
    assert din.window == Area(20, 45, 85, 45)
    right = FORMATS[Paper.A4_RIGHT]
    assert right.window.left > right.width / 2
    assert {din.folds, right.folds} == {(105, 210)}
    number_10 = FORMATS[Paper.LETTER]  # seen from the bottom left of a 241.3 × 104.8 mm envelope: 22.2 and 12.7
    slip = 104.8 - number_10.folds[0]
    assert number_10.window.top >= 104.8 - 12.7 - 28.6
    assert number_10.window.top + number_10.window.height <= 104.8 - 12.7 - slip + 0.1
    assert (number_10.width, number_10.height) == (215.9, 279.4)


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("DE", ["1 Main Street", "12345 Town"]),
        ("US", ["1 Main Street", "Town 12345"]),
        ("GB", ["1 Main Street", "Town", "12345"]),
        ("HU", ["Town", "1 Main Street", "12345"]),
        ("AC", ["1 Main Street", "Town", "12345"]),
    ],
)
def test_the_supporters_own_address_follows_their_country(country: str, lines: list[str]) -> None:
    who = supporter(country=country, street="1 Main Street", city="Town", postcode="12345")

    assert signature(brief(privacy="full_address"), office(), who, language="en")[1:-1] == lines


def test_whatever_a_supporter_gave_of_their_address_stands_there() -> None:
    who = supporter(country="AE", street="1 Main Street", city="Town", postcode="12345")

    assert {"1 Main Street", "Town", "12345"} <= set(
        signature(brief(privacy="full_address"), office(), who, language="en")
    )


def test_there_is_room_to_sign_between_the_closing_and_the_name() -> None:
    laid = sheet()

    assert read(laid.text[-1]) == ["Yours sincerely,"]
    assert read(laid.name) == ["Sam Quill Supporter"]
    assert read(laid.sender.lines) == ["Sam Quill Supporter", "Musterweg 1", "10115 Berlin", "Germany"]
    assert [PARAGRAPH] in [read(each) for each in laid.text]


def test_what_follows_the_signature_stays_below_it() -> None:
    signed = "Sam Quill Supporter\nMusterweg 1\n10115 Berlin\nGermany\n"
    laid = sheet(f"Dear Sir,\n\nYours sincerely,\n\n{signed}\nCopy: Embassy of Belarus in Berlin\n")

    assert read(laid.text[-1]) == ["Yours sincerely,"]
    assert [read(each) for each in laid.below] == [["Copy: Embassy of Belarus in Berlin"]]


def test_a_text_with_another_signature_is_printed_whole() -> None:
    laid = sheet("Dear Sir,\n\nYours sincerely,\n\nSomebody Else\n")

    assert [read(each) for each in laid.text] == [["Dear Sir,"], ["Yours sincerely,"], ["Somebody Else"]]
    assert [*laid.name, *laid.below] == []


@pytest.mark.parametrize(
    ("privacy", "place"), [("name_and_town", "Berlin, 1 November"), ("organisation", "1 November")]
)
def test_the_sheet_says_of_the_sender_no_more_than_the_letter(privacy: str, place: str) -> None:
    content = brief(offices=[office(postal_address=MINSK)], privacy=privacy)
    posting = paper.Posting(FIRST, "DE", Paper.A4_LEFT, "en")
    composed = letter(content)

    laid = paper.sheet(content, content.offices[0], composed, supporter(), language="en", posting=posting)

    assert laid.place_and_date.text.startswith(place)
    assert composed.body.endswith("\n" + "\n".join(read(laid.sender.lines)) + "\n")


def test_each_line_is_read_in_its_own_direction() -> None:
    laid = sheet(paragraph="1. السلام عليكم ورحمة الله", supporter=supporter(name="Sam שלום"))

    assert [line.rtl for each in laid.text for line in each if "السلام" in line.text] == [True]
    assert [laid.sender.lines[0].rtl, laid.rtl] == [False, False]
