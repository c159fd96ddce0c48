"""The wording of letters: the house's own is sound, and it keeps its own rules."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from app.composing import facts, lint, templates, texts
from app.composing.brief import BriefPrisoner
from app.models.cleaning import LINK
from app.models.letter_texts import Audience, LetterTexts
from app.models.prisoner import Case
from tests.composing.pieces import ANOTHER, CASES, LANGUAGES, brief, office, prisoner

HOUSE = sorted(path.name for path in texts.FOLDER.iterdir() if path.is_dir())
ENOUGH = {"subjects": 6, "openings": 6, "requests": 5, "endings": 5}  # variants of each list
ARGUMENTS = {"law", "dignity", "family", "fairness", "trust", "attention"}
ENOUGH_REASONS = 4  # variants of each argument
LONGEST_REASON = 190  # characters
NOUNS_THAT_OPEN = {"Anlass", "Sie", "Ihnen", "Ihr", "Ihre"}  # German: after the comma it goes on small, but for these
SMALL_YOU = {
    "be": re.compile(r"\b(?:вы|вас|вам|вамі|ваш(?:а|ы|ага|ай|аму|ым|ых|ымі|у)?)\b"),
    "ru": re.compile(r"\b(?:вы|вас|вам|вами|ваш(?:а|е|и|его|ей|ему|им|их|ими|ем|у)?)\b"),
    "uk": re.compile(r"\b(?:ви|вас|вам|вами|ваш(?:а|е|і|ого|ої|ому|ій|им|ою|их|ими|у)?)\b"),
}


def variants(wording: LetterTexts, part: str) -> list[str]:
    """Every variant of a part; of the arguments, those of all keys."""
    return [variant for name, found in lint.parts(wording) if name.startswith(part) for variant in found]


def groups(language: str) -> list[list[BriefPrisoner]]:
    """One prisoner and two, with every case stored and with none."""
    stored = {language: {case: CASES.get(language, {}).get(case, "Ada Prisoner") for case in Case}}
    declined = prisoner(cases=stored)
    return [[declined], [declined, ANOTHER.model_copy(update={"cases": stored})], [prisoner()], [prisoner(), ANOTHER]]


def rendered(language: str, part: str) -> Iterator[str]:
    """Every variant of a part, for one and several prisoners, urgent or not, with and without stored cases."""
    for people, urgent in product(groups(language), (True, False)):
        known = facts.known(brief(urgent=urgent), office(), tuple(people), language=language)
        for wording in texts.of_the_house(language).values():
            for variant in variants(wording, part):
                if templates.needs(variant) <= known.has:
                    yield templates.render(variant, known)


def test_the_house_has_texts_for_the_languages_of_the_demonstration() -> None:
    assert set(LANGUAGES) <= set(HOUSE)


@pytest.mark.parametrize("language", HOUSE)
def test_the_house_writes_to_every_audience(language: str) -> None:
    assert set(texts.of_the_house(language)) == set(Audience)


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("audience", Audience)
def test_each_audience_has_a_choice_of_every_part(language: str, audience: Audience) -> None:
    wording = texts.of_the_house(language)[audience]

    assert {part for part, enough in ENOUGH.items() if len(variants(wording, part)) < enough} == set()


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("audience", Audience)
def test_each_audience_has_the_same_arguments_and_a_choice_of_each(language: str, audience: Audience) -> None:
    arguments = texts.of_the_house(language)[audience].arguments

    assert set(arguments) == ARGUMENTS
    assert all(len(argument.variants) >= ENOUGH_REASONS for argument in arguments.values())
    assert len({argument.label for argument in arguments.values()}) == len(ARGUMENTS)


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("part", ["subjects", "openings", "requests"])
def test_every_subject_opening_and_request_says_when_it_is_urgent(language: str, audience: Audience, part: str) -> None:
    ordinary, urgent = (
        facts.known(brief(urgent=urgent), office(), (groups(language)[0][0],), language=language)
        for urgent in (False, True)
    )
    found = getattr(texts.of_the_house(language)[audience], part)

    told = [(templates.render(variant, ordinary), templates.render(variant, urgent)) for variant in found]
    assert all(calm != pressing for calm, pressing in told)
    assert len(set(dict(told).values())) == len(set(dict(told))) == len(found)


@pytest.mark.parametrize("language", HOUSE)
def test_no_two_variants_of_a_part_are_the_same(language: str) -> None:
    for part in LetterTexts.model_fields:
        found = [variant for wording in texts.of_the_house(language).values() for variant in variants(wording, part)]

        assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("language", HOUSE)
def test_an_argument_is_one_sentence_of_fair_length(language: str) -> None:
    for text in rendered(language, "arguments"):
        assert len(text) <= LONGEST_REASON, text
        assert text.endswith("."), text
        assert not re.search(r"[.?!…]\s", text), text


@pytest.mark.parametrize("language", HOUSE)
def test_the_phrases_are_complete_and_can_be_filled(language: str) -> None:
    found = texts.phrases(language)

    assert found
    assert found.role.format(role=found.role_example).endswith(f"{found.role_example}.")
    assert found.role_example.startswith(found.role_begins)
    assert found.copy_to.format(offices="A, B").endswith(": A, B")
    assert found.test_mark.strip()


@pytest.mark.parametrize("language", HOUSE)
def test_every_word_that_begins_a_role_ends_where_the_next_begins(language: str) -> None:
    found = texts.phrases(language)

    assert found
    assert all(re.fullmatch(r"[^\W\d].*[ ’']", begin) for begin in found.role_begins)


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("audience", Audience)
def test_the_house_keeps_its_own_rules(language: str, audience: Audience) -> None:
    assert list(lint.faults(texts.of_the_house(language)[audience])) == []


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("part", LetterTexts.model_fields)
def test_every_variant_reads_well_once_it_is_filled(language: str, part: str) -> None:
    found = list(rendered(language, part))

    assert found
    for text in found:
        assert not re.search(r"[{}]|None|True|False", text), text
        assert not re.search(r" {2}| [,.;:?!]|\.\.|,,|^ | $|\n", text), text
        assert not LINK.search(text), text
        assert part == "subjects" or text[-1] in ".:?!", text
        assert part != "requests" or text.endswith(":"), text


@pytest.mark.parametrize("language", HOUSE)
def test_every_subject_names_the_prisoner(language: str) -> None:
    people = prisoner(cases=CASES)
    forms = {people.name, *people.names.values(), *CASES["ru"].values()}

    assert all(
        any(form in text for form in forms) or "Bob" in text or "Боб" in text for text in rendered(language, "subjects")
    )


def test_german_openings_begin_small_after_the_comma() -> None:
    for text in rendered("de", "openings"):
        first = text.split()[0].rstrip(",.:")
        assert first[0].islower() or first in NOUNS_THAT_OPEN or text.startswith("Ada"), text


def test_polish_openings_begin_small_after_the_comma() -> None:
    assert all(text[0].islower() or text.startswith("Ada") for text in rendered("pl", "openings"))


@pytest.mark.parametrize("language", ["be", "en", "es", "fr", "ru", "uk"])
def test_openings_begin_with_a_capital_but_in_german_and_polish(language: str) -> None:
    assert all(text.lstrip("¿¡")[0].isupper() for text in rendered(language, "openings"))


@pytest.mark.parametrize(
    ("language", "path"),
    [
        pytest.param(language, path, id=f"{path.parent.name}/{path.name}")
        for language in SMALL_YOU
        for path in [
            *texts.FOLDER.glob(f"{language}/*"),
            *(texts.FOLDER.parent / "mail" / language).iterdir(),
            texts.FOLDER.parent / "pages" / f"{language}.toml",
        ]
    ],
)
def test_east_slavic_languages_write_you_with_a_capital(language: str, path: Path) -> None:
    assert SMALL_YOU[language].findall(path.read_text(encoding="utf-8")) == []


def test_every_language_of_the_house_can_do_without_stored_cases() -> None:
    for language in HOUSE:
        for wording in texts.of_the_house(language).values():
            for _, found in lint.parts(wording):
                assert any(not templates.needs(variant) for variant in found)
