"""Spaces, quotation marks and dashes, as each language sets them, in all that the house says."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.composing import texts

HOUSE = sorted(path.name for path in texts.FOLDER.iterdir() if path.is_dir())
TEMPLATES = texts.FOLDER.parent
QUOTATION = {"de": "„“", "en": "“”", "pl": "„”"}  # in the others «…»
LONG_DASHES = ("ru", "uk", "be")
GREETINGS = re.compile(r"^(?:\{#.*\n)?Subject: .+\n\n(?P<greeting>.+)\n\n(?P<first>\w+|\{\{)")
NAME = "{{"  # begins with its own letter
SMALL_AFTER_GREETING = {"de", "pl"}  # where a comma lets it go on small


def sentences(value: Any) -> Iterator[str]:
    """Yield every text in a TOML file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from sentences(each)


def said(language: str) -> Iterator[str]:
    """Yield whatever letters, notices and pages say in a language. Placeholders are taken out of it."""
    for path in [*(texts.FOLDER / language).glob("*.toml"), TEMPLATES / "pages" / f"{language}.toml"]:
        yield from (without_code(text) for text in sentences(tomllib.loads(path.read_text(encoding="utf-8"))))
    yield from (without_code(path.read_text(encoding="utf-8").partition("\n")[2]) for path in mails(language))


def mails(language: str) -> list[Path]:
    return sorted((TEMPLATES / "mail" / language).glob("*.txt"))


def inside(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def without_code(text: str) -> str:
    return re.sub(r"\{%.*?%\}|\{#.*?#\}", "", re.sub(r"\{\{.*?\}\}", "X", text), flags=re.DOTALL)


def test_french_has_a_no_break_space_before_high_punctuation() -> None:
    for text in said("fr"):
        assert not re.search(r"[^\S\u00a0\u202f][;:!?»]|«[^\S\u00a0\u202f]", text), text
        assert not re.search(r"\w[;!?»](?!\w)", text), text


def test_spanish_questions_and_exclamations_are_opened_too() -> None:
    for text in said("es"):
        assert (text.count("¿"), text.count("¡")) == (text.count("?"), text.count("!")), text


@pytest.mark.parametrize("language", HOUSE)
def test_quotation_marks_are_the_languages_own(language: str) -> None:
    others = set('"„“”«»') - set(QUOTATION.get(language, "«»"))

    assert [text for text in said(language) if others & set(text)] == []


@pytest.mark.parametrize("language", HOUSE)
def test_dashes_are_the_languages_own(language: str) -> None:
    wrong = "–" if language in LONG_DASHES else "—"

    assert [text for text in said(language) if wrong in text or re.search(r"\w -+ \w", text)] == []


@pytest.mark.parametrize("path", [each for language in HOUSE for each in mails(language)], ids=inside)
def test_a_notice_goes_on_after_its_greeting_as_the_language_wants(path: Path) -> None:
    found = GREETINGS.match(path.read_text(encoding="utf-8"))

    assert found
    small = path.parent.name in SMALL_AFTER_GREETING and found["first"] not in {"Sie", NAME}
    assert found["first"][0].islower() == small


@pytest.mark.parametrize("path", [TEMPLATES / "mail" / language / "thanks.txt" for language in HOUSE], ids=inside)
def test_thanks_name_the_campaign_and_then_the_offices_each_under_its_own_line(path: Path) -> None:
    lines = [line for line in without_code(path.read_text(encoding="utf-8")).splitlines() if line.strip()]
    campaign, office = lines.index("    X"), lines.index("- X")

    assert office == campaign + 2
    assert lines[campaign - 1].endswith(":")
    assert lines[campaign + 1].endswith(":")
