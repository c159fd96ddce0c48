"""The wording of letters: the house's own is sound, and hostile templates are refused before they are believed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import TemplateError

from app.composing import texts
from app.composing.names import Names
from app.models.campaign import Audience, LetterTexts
from app.models.text import LINK
from tests.composing.pieces import ANOTHER, CASES, LANGUAGES, prisoner

HOUSE = sorted(path.name for path in texts.FOLDER.iterdir() if path.is_dir())
NOUNS_THAT_OPEN = {"Anlass", "Sie", "Ihnen", "Ihr", "Ihre"}  # German: after the comma it goes on small, but for these
SMALL_YOU = {
    "be": re.compile(r"\b(?:вы|вас|вам|вамі|ваш(?:а|ы|ага|ай|аму|ым|ых|ымі|у)?)\b"),
    "ru": re.compile(r"\b(?:вы|вас|вам|вами|ваш(?:а|е|и|его|ей|ему|им|их|ими|ем|у)?)\b"),
    "uk": re.compile(r"\b(?:ви|вас|вам|вами|ваш(?:а|е|і|ого|ої|ому|ій|им|ою|их|ими|у)?)\b"),
}


def of(**overrides: list[str]) -> LetterTexts:
    """Sound letter texts, with overrides."""
    sound = {"subjects": ["About {{ names }}"], "openings": ["Hello."], "requests": ["Please:"], "endings": ["Thanks."]}
    return LetterTexts(**{**sound, **overrides})


def rendered(language: str, part: str) -> Iterator[str]:
    """Every variant of a part, for one and several prisoners, urgent or not, with and without stored cases."""
    for wording in texts.of_the_house(language).values():
        for variant in getattr(wording, part):
            for people in ([prisoner(cases=CASES)], [prisoner(), ANOTHER]):
                names = Names(people, language)
                if texts.cases_in(variant) <= names.cases:
                    for urgent in (True, False):
                        yield texts.render(
                            variant, names=names, plural=len(people) > 1, urgent=urgent, country="Belarus"
                        )


def test_the_house_has_texts_for_the_languages_of_the_demonstration() -> None:
    assert set(LANGUAGES) <= set(HOUSE)


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("audience", Audience)
def test_each_audience_has_a_choice_of_subjects_and_openings(language: str, audience: Audience) -> None:
    wording = texts.of_the_house(language)[audience]

    assert len(set(wording.subjects)) >= 3
    assert len(set(wording.openings)) >= 3


@pytest.mark.parametrize("language", HOUSE)
@pytest.mark.parametrize("audience", Audience)
def test_the_house_keeps_its_own_rules(language: str, audience: Audience) -> None:
    assert list(texts.faults(texts.of_the_house(language)[audience])) == []


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
    assert all(text[0].isupper() for text in rendered(language, "openings"))


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
            for _, variants in wording:
                assert any(not texts.cases_in(variant) for variant in variants)


HOSTILE = {
    "attribute": "{{ names.__class__ }}",
    "attribute of a constant": "{{ ''.__class__.__mro__ }}",
    "item": "{{ names['_prisoners'] }}",
    "item by number": "{{ names[0] }}",
    "call": "{{ names() }}",
    "call of a method": "{{ names.case('genitive') }}",
    "loop": "{% for x in names %}{{ x }}{% endfor %}",
    "endless range": "{% for x in range(999999999) %}x{% endfor %}",
    "memory": "{{ 'a' * 9**9 }}",
    "power": "{{ 9**9**9 }}",
    "concatenation": "{{ names ~ names }}",
    "list": "{{ [1, 2] }}",
    "dictionary": "{{ {1: 2} }}",
    "comparison": "{% if names == 'x' %}x{% endif %}",
    "test": "{% if names is defined %}x{% endif %}",
    "inline if": "{{ names if urgent else country }}",
    "include": "{% include 'confirm.html' %}",
    "import": "{% import 'x' as y %}",
    "from": "{% from 'x' import y %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block x %}{% endblock %}",
    "macro": "{% macro x() %}{% endmacro %}",
    "call block": "{% call names() %}{% endcall %}",
    "set": "{% set names = 'x' %}",
    "with": "{% with x = 1 %}{% endwith %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "another filter": "{{ names | upper }}",
    "filter that formats": "{{ names | format(1) }}",
    "filter of attributes": "{{ names | attr('__class__') }}",
    "filters in a row": "{{ names | case('genitive') | upper }}",
    "case in a row": "{{ names | case('genitive') | case('dative') }}",
    "case of nothing": "{{ names | case }}",
    "case that is none": "{{ names | case('ablative') }}",
    "case by name": "{{ names | case(case='genitive') }}",
    "case of another thing": "{{ country | case('genitive') }}",
    "case that is a name": "{{ names | case(country) }}",
    "case that is a list": "{{ names | case(['genitive']) }}",
    "self": "{{ self }}",
    "loop variable": "{{ loop }}",
    "function of the engine": "{{ lipsum }}",
    "unclosed": "{{ names",
    "unclosed if": "{% if urgent %}x",
    "unknown tag": "{% do names %}",
    "autoescape": "{% autoescape false %}x{% endautoescape %}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_templates_are_refused(source: str) -> None:
    pointers = [pointer for pointer, _ in texts.faults(of(openings=["Hello.", source]))]

    assert pointers == ["openings/1"]


@pytest.mark.parametrize(
    "source",
    [
        "See https://evil.example/x",
        "See www.evil.example",
        "See t.me/evil",
        "<b>bold</b>",
        "{{ 'ht' }}{{ 'tps' }}://evil.example",
        "{% if urgent %}http{% else %}https{% endif %}://evil.example",
        "evil.{% if urgent %}com{% endif %}",
    ],
)
def test_links_are_refused_however_they_are_put_together(source: str) -> None:
    assert [pointer for pointer, _ in texts.faults(of(endings=[source]))] == ["endings/0"]


@pytest.mark.parametrize(
    "source",
    [
        "{% if urgent %}" * 150 + "x" + "{% endif %}" * 150,
        "{% if urgent %}" * 110 + "x" + "{% endif %}" * 110,
        "{% if " + "not " * 900 + "urgent %}x{% endif %}",
        "{% if " + "not " * 300 + "urgent %}x{% endif %}",
        "{{ " + "(" * 1_500 + "names" + ")" * 1_500 + " }}",
        "{% if " + " or ".join(["urgent"] * 400) + " %}x{% endif %}",
        "{% if urgent %}a{% elif plural %}" * 60 + "{% endif %}" * 60,
    ],
    ids=["150 ifs", "110 ifs", "900 nots", "300 nots", "brackets", "400 ors", "elifs"],
)
def test_a_template_is_refused_or_can_be_rendered(source: str) -> None:
    letter_texts = of(openings=[source[:4_000]])

    if list(texts.faults(letter_texts)):
        return
    texts.render(
        letter_texts.openings[0], names=Names([prisoner()], "en"), plural=False, urgent=True, country="Belarus"
    )


def test_an_unknown_placeholder_is_named() -> None:
    ((pointer, detail),) = texts.faults(of(requests=["Please, {{ nmaes }}:"]))

    assert pointer == "requests/0"
    assert "`nmaes`" in detail
    assert "names" in detail


def test_a_fault_names_its_line() -> None:
    ((_, detail),) = texts.faults(of(openings=["First.\nSecond {{ unknown }}."]))

    assert detail.startswith("Line 2:")


def test_a_part_needs_a_variant_without_cases() -> None:
    assert [pointer for pointer, _ in texts.faults(of(subjects=["{{ names | case('genitive') }}"]))] == ["subjects"]


def test_what_a_placeholder_brings_is_not_read_again() -> None:
    names = Names([prisoner(name="{{ 7*7 }}", names={})], "en")

    assert texts.render("{{ names }} {{ country }}", names=names, country="{% if %}") == "{{ 7*7 }} {% if %}"


def test_a_missing_value_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(TemplateError):
        texts.render("{{ names }}")
