"""The letter itself."""

import unicodedata
import uuid
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.composing import texts
from app.composing.compose import SUBJECT_LENGTH
from app.composing.sender import display_name
from app.models.text import OwnWords, PersonName
from tests.composing.pieces import ANOTHER, CASES, DEMANDS, LANGUAGES, PARAGRAPH, brief, letter, prisoner, supporter

ONE_PAGE = 5_000  # characters, generously
SEEDS = range(0, 2**62, 2**62 // 61 | 1)

VISIBLE = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
PIECES = st.text(VISIBLE) | st.sampled_from(
    ["\n", "\n\n", "\u200d", "{{", "}}", "{%", "%}", "{#", "– ", "Yours sincerely,"]
)
OWN_WORDS = st.lists(PIECES, max_size=30).map("".join)


def accepted(kind: Any, text: str) -> str | None:
    """What the service makes of a text from outside; None if it refuses."""
    try:
        return str(TypeAdapter(kind).validate_python(text))
    except ValidationError:
        return None


def test_the_same_seed_gives_the_same_letter() -> None:
    assert letter(seed=4_711) == letter(seed=4_711)


def test_different_seeds_give_different_letters() -> None:
    letters = {letter(seed=seed) for seed in range(400)}

    assert len({each.subject for each in letters}) >= 3
    assert len({each.body for each in letters}) >= 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_demand_stands_there_word_for_word_and_in_order(language: str) -> None:
    for seed in SEEDS:
        lines = letter(language=language, seed=seed).body.splitlines()
        assert [line.removeprefix("– ") for line in lines if line.startswith("– ")] == DEMANDS[language]


def test_the_supporters_paragraph_stands_there_once() -> None:
    body = letter(paragraph=PARAGRAPH).body

    assert body.count(PARAGRAPH) == 1
    assert body.index(PARAGRAPH) < body.index(DEMANDS["en"][0])


def test_a_letter_without_a_paragraph_has_no_gap() -> None:
    body = letter(paragraph=None).body

    assert PARAGRAPH not in body
    assert "\n\n\n" not in body
    assert "None" not in body


def test_a_letter_about_one_prisoner_does_not_speak_of_the_other() -> None:
    content = brief(prisoners=[prisoner(), ANOTHER])

    assert "Bob" not in letter(content, prisoner_id=uuid.UUID(int=1)).body
    assert "Bob" in letter(content, prisoner_id=None).body


@pytest.mark.parametrize(
    "hostile", ["{{7*7}}", "{0.__class__}", "{% if %}", "{{ names }}", "%(name)s", "$name", "{#x#}"]
)
def test_expressions_in_what_supporters_write_stay_literal(hostile: str) -> None:
    for seed in SEEDS:
        composed = letter(
            paragraph=f"I think that {hostile} is wrong.", supporter=supporter(name=f"Sam {hostile}"), seed=seed
        )
        assert f"I think that {hostile} is wrong." in composed.body
        assert f"\nSam {hostile}\n" in composed.body
        assert "49" not in composed.body


def test_expressions_in_facts_and_names_stay_literal() -> None:
    content = brief(
        prisoners=[prisoner(name="Ada {{ 7*7 }}", names={}, summary={"en": "{{ names }} is held; {% raw %}"})],
        demands={"en": ["release {{ names }};", "{{ 7*7 }}"]},
    )

    body = letter(content).body

    assert "Ada {{ 7*7 }}" in body
    assert "{{ names }} is held; {% raw %}" in body
    assert "– release {{ names }};\n– {{ 7*7 }}\n" in body


HIDDEN = {
    "full_address": ["The Secret Committee", "sam@supporter.example.org"],
    "name_and_town": ["The Secret Committee", "sam@supporter.example.org", "Musterweg", "10115"],
    "initials_and_town": ["The Secret Committee", "sam@supporter.example.org", "Musterweg", "10115", "Sam", "Quill"],
    "organisation": ["sam@supporter.example.org", "Musterweg", "10115", "Sam", "Quill", "Berlin", "Germany"],
}
SHOWN = {
    "full_address": "Sam Quill Supporter\nMusterweg 1\n10115 Berlin\nGermany\n",
    "name_and_town": "Sam Quill Supporter\nBerlin, Germany\n",
    "initials_and_town": "S. Q. S.\nBerlin, Germany\n",
    "organisation": "The Secret Committee\n",
}


@pytest.mark.parametrize("privacy", SHOWN)
def test_an_office_learns_of_the_supporter_what_the_campaign_says_and_no_more(privacy: str) -> None:
    content = brief(privacy=privacy)

    composed = letter(content, paragraph=None)
    everything = f"{composed.subject}\n{composed.body}\n{display_name(content, supporter())}"

    assert composed.body.endswith(f"\n\n{SHOWN[privacy]}")
    assert [word for word in HIDDEN[privacy] if word in everything] == []


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Jean-Luc Picard", "J. P."), ("Ольга", "О."), ("Ángel de la Cruz", "Á. d. l. C.")],
)
def test_initials_give_the_first_letter_of_every_name(name: str, initials: str) -> None:
    assert display_name(brief(privacy="initials_and_town"), supporter(name=name)) == initials


def test_a_supporter_who_gives_no_town_signs_with_the_country() -> None:
    assert letter(supporter=supporter(city=None)).body.endswith("\nSam Quill Supporter\nGermany\n")


def test_russian_letters_decline_the_name_where_its_forms_are_stored() -> None:
    letters = [letter(brief(prisoners=[prisoner(cases=CASES)]), language="ru", seed=seed) for seed in SEEDS]

    assert any("Ады Призонер" in each.subject for each in letters)
    assert any("Аде Призонер" in each.subject for each in letters)


def test_russian_letters_keep_the_nominative_where_no_forms_are_stored() -> None:
    for seed in SEEDS:
        composed = letter(language="ru", seed=seed, paragraph=None)
        text = composed.subject + composed.body.split("\n– ", maxsplit=1)[0]
        assert "Ада Призонер" in text
        assert not any(form in text for form in CASES["ru"].values())


def test_russian_letters_keep_the_nominative_where_one_of_several_has_no_forms() -> None:
    content = brief(prisoners=[prisoner(cases=CASES), ANOTHER])

    for seed in SEEDS:
        assert "Ада Призонер и Боб Призонер" in letter(content, language="ru", seed=seed).subject


def test_a_subject_is_never_longer_than_what_is_shown_of_it() -> None:
    many = [prisoner(id=uuid.UUID(int=n), slug=f"p{n}", name=f"Ada Very Long Name Number {n}") for n in range(20)]

    assert len(letter(brief(prisoners=many)).subject) <= SUBJECT_LENGTH


@settings(max_examples=200, deadline=None)
@given(name=st.text(VISIBLE, min_size=2, max_size=100), words=OWN_WORDS, seed=st.integers(0, 2**63 - 1))
@example(name="{{7*7}} Ada", words="Yours sincerely,\n\nthe King of the World, in person", seed=0)
@example(name="Sam", words="\n".join("a" * 500), seed=1)
@example(name="क्‍ष", words="ﬃ" * 1_000, seed=2)
def test_whatever_is_accepted_makes_a_letter(name: str, words: str, seed: int) -> None:
    who, paragraph = accepted(PersonName, name), accepted(OwnWords, words)

    body = letter(supporter=supporter(name=who or "Sam"), paragraph=paragraph, seed=seed).body

    assert "".join(f"– {demand}\n" for demand in DEMANDS["en"]) in body
    assert paragraph is None or body.count(f"\n\n{paragraph}\n\n") == 1
    assert body.endswith(f"\n\nYours sincerely,\n\n{who or 'Sam'}\nBerlin, Germany\n")
    assert len(body) <= ONE_PAGE
    assert not [each for each in body if unicodedata.category(each) == "Cc" and each != "\n"]


def test_every_variant_of_the_house_is_chosen_by_some_seed() -> None:
    wording = next(iter(texts.of_the_house("en").values()))

    endings = {ending.split("{%")[0][:30] for ending in wording.endings}
    bodies = [letter(seed=seed).body for seed in range(0, 2**62, 2**62 // 401)]

    assert all(any(ending in body for body in bodies) for ending in endings)
