"""Text from outside: what may come in, and how it is cleaned."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.models.campaign import Demands
from app.models.text import Demand, Line, OwnWords, PersonName
from app.sentences import sentence

PADDING = "I write because I care about this."


def name(text: str) -> str:
    return str(TypeAdapter(PersonName).validate_python(text))


def words(text: str) -> str:
    return str(TypeAdapter(OwnWords).validate_python(text))


def refused(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/x",
        "HTTP://EVIL.EXAMPLE",
        "ftp://evil.example",
        "javascript://evil",
        "www.evil.example",
        "evil.com",
        "Evil-Site.ORG/path",
        "evil.info",
        "t.me/evil",
        "x.com/evil",
        "bit.ly/evil",
        '<a href="x">here</a>',
        "<img src=x>",
        "<!-- x -->",
        "</p>",
    ],
)
def test_links_and_markup_are_refused(link: str) -> None:
    assert refused(OwnWords, f"{PADDING} See {link} for more.")
    assert refused(PersonName, f"Sam {link}")


@pytest.mark.parametrize(
    "text",
    [
        "Das ist z.B. in Minsk so, d.h. oft, bzw. immer, u.a. im Winter, i.d.R. nachts.",
        "Am 3.Mai und am 29.September 2024 habe ich E-Mails geschrieben, o.Ä. auch Briefe.",
        "Der Rechtsstaatlichkeits-Kommissions-Bericht, Nr.12, vom 1.1.2024, usw.",
        "Dr.med. Ada Prisoner, M.A., Prof.Dr., sagt: Es geht um 1.349 Menschen.",
        "He said: No.I disagree.The law is clear... and 3<4, 5>4, a&b.",
        "Это т.е. важно, и т.д. и т.п., т.к. речь о людях.",
        "I write to you: please answer at anna.me@posteo.example as I have no telephone.",
    ],
)
def test_abbreviations_dates_and_numbers_are_not_mistaken_for_links(text: str) -> None:
    assert words(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Thị Ánh Tuyết",
        "Đặng Hữu Phước",
        "שָׁלוֹם בֶּן־דָּוִד",
        "مُحَمَّدٌ بْنُ عَبْدِ اللّٰهِ",
        "สมชาย ใจดี กี้",
        "क्ष्म्य श्रीमती ज्ञानेश्वरी",
        "Zoë Ångström-O’Neill",
        "Жанна д’Арк",
        "王小明",
        "김민준",
        "ணன் கிருஷ்ணன்",
    ],
)
def test_names_of_every_script_are_taken(text: str) -> None:
    assert name(text)


@pytest.mark.parametrize("text", ["می‌خواهم نامه", "क्‍ष शर्मा", "ശ്രീ ന്‍ര"])
def test_joiners_are_kept_where_a_script_is_misspelt_without_them(text: str) -> None:
    assert name(text) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "\u202e",  # right-to-left override
        "\u2066",  # isolate
        "\u200e",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\u2028",
        "\u2029",
        "\x85",
        "\x00",
        "\x1b",
        "\r",
        "\ue000",
        "\U000e0041",  # tag
        "\ud800",
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_refused(hidden: str) -> None:
    assert refused(PersonName, f"Sam{hidden} Supporter")
    assert refused(OwnWords, f"{PADDING}{hidden} And more.")


@pytest.mark.parametrize("text", ["Sam\nSupporter", "Sam\r\nBcc: x"])
def test_a_name_is_one_line(text: str) -> None:
    assert refused(PersonName, text)


@pytest.mark.parametrize(
    "text",
    [
        "   ",
        "\u00a0\u2003\u3000",
        "\u3164\u3164",
        "\uffa0\uffa0",
        "\u115f\u1160",
        "\u200d\u200c\u200d",
        "\u2800\u2800",
        "--",
    ],
    ids=ascii,
)
def test_what_is_empty_to_the_eye_is_refused(text: str) -> None:
    assert refused(PersonName, text)
    assert refused(OwnWords, text * 10)


@pytest.mark.parametrize(
    "text", ["Z" + "\u0300" * 5 + "algo", "S" + "\u0489" * 30 + "am", "a" + "\u20dd\u0336" * 3 + "b"], ids=ascii
)
def test_storms_of_combining_marks_are_refused(text: str) -> None:
    assert refused(PersonName, text)
    assert refused(OwnWords, f"{PADDING} {text}")


def test_names_are_composed_and_have_single_spaces() -> None:
    assert name("  Jose\u0301   \u00a0 Maria ") == "José Maria"


def test_a_demand_is_one_line_and_keeps_the_no_break_spaces_of_french() -> None:
    cleaned = TypeAdapter(Demand).validate_python(" la  liberté\u00a0; des\u202fsoins ")

    assert cleaned == "la liberté\u00a0; des\u202fsoins"
    assert refused(Demand, "la liberté\nde tous")
    assert refused(Demand, "\u00a0")


def test_own_words_keep_their_lines_and_one_blank_line_at_most() -> None:
    assert words("First line of mine. \r\n\tSecond.\n\n\n\nThird.  ") == "First line of mine.\nSecond.\n\nThird."


@pytest.mark.parametrize("text", ["short", "a" * 1_001])
def test_own_words_are_neither_a_sigh_nor_a_book(text: str) -> None:
    assert refused(OwnWords, text)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (OwnWords, "Too short.", "This is too short: at least 20 characters."),
        (OwnWords, "a" * 1_001, "This is too long: at most 1000 characters."),
        (PersonName, "A", "This is too short: at least 2 characters."),
        (Line, "a" * 201, "This is too long: at most 200 characters."),
        (Demands, {"en": []}, "These are too few: at least 1."),
        (Demands, {"en": ["a"] * 9}, "These are too many: at most 8."),
    ],
)
def test_what_is_too_short_or_too_long_is_said_in_words_of_ours(kind: Any, value: object, said: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(kind).validate_python(value)

    assert sentence(dict(refusal.value.errors()[0])) == said


def test_own_words_are_measured_as_they_are_kept() -> None:
    assert refused(OwnWords, "a" + " " * 30)
    assert refused(OwnWords, "\ufb2c" * 900)  # grows to three characters each when it is normalised
