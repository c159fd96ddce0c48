"""Letter texts of organisers: hostile ones are refused, slips are named, before anybody believes them."""

from typing import Any

import pytest
from jinja2 import TemplateError

from app.composing import facts, lint
from app.composing.brief import BriefPrisoner
from app.composing.known import Known
from app.composing.templates import render
from app.models.letter_texts import LetterTexts
from tests.composing.pieces import ANOTHER, brief, office, prisoner


def of(**overrides: list[str]) -> LetterTexts:
    """Sound letter texts, with overrides."""
    sound: dict[str, Any] = {
        "subjects": ["About {{ names }}"],
        "openings": ["Hello."],
        "requests": ["Please:"],
        "endings": ["Thanks."],
    }
    return LetterTexts(**{**sound, **overrides})


def known(*prisoners: BriefPrisoner, language: str = "en", **overrides: Any) -> Known:
    """What a text may say of these prisoners, or of one."""
    return facts.known(brief(), office(**overrides), prisoners or (prisoner(),), language=language)


HOSTILE = {
    "attribute": "{{ names.__class__ }}",
    "attribute of a constant": "{{ ''.__class__.__mro__ }}",
    "item": "{{ names['_prisoners'] }}",
    "item by number": "{{ names[0] }}",
    "call": "{{ names() }}",
    "call of a method": "{{ names.case('genitive') }}",
    "loop": "{% for x in names %}{{ x }}{% endfor %}",
    "loop in a loop": "{% for prisoner in prisoners %}{% for prisoner in prisoners %}x{% endfor %}{% endfor %}",
    "loop with a condition": "{% for prisoner in prisoners if urgent %}x{% endfor %}",
    "loop that calls itself": "{% for prisoner in prisoners recursive %}{{ loop(prisoners) }}{% endfor %}",
    "loop with an else": "{% for prisoner in prisoners %}x{% else %}y{% endfor %}",
    "attribute of an attribute": "{{ prisoner.name.__class__ }}",
    "attribute that is none": "{{ prisoner.__class__ }}",
    "a whole prisoner": "{{ prisoner }}",
    "all prisoners": "{{ prisoners }}",
    "loop's position outside": "{% if loop.last %}x{% endif %}",
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
    pointers = [pointer for pointer, _ in lint.faults(of(openings=["Hello.", source]))]

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
    assert [pointer for pointer, _ in lint.faults(of(endings=[source]))] == ["endings/0"]


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

    if list(lint.faults(letter_texts)):
        return
    render(letter_texts.openings[0], known())


def test_an_unknown_placeholder_is_named() -> None:
    ((pointer, detail),) = lint.faults(of(requests=["Please, {{ nmaes }}:"]))

    assert pointer == "requests/0"
    assert "`nmaes`" in detail
    assert "names" in detail


def test_a_fault_names_its_line() -> None:
    ((_, detail),) = lint.faults(of(openings=["First.\nSecond {{ unknown }}."]))

    assert detail.startswith("Line 2:")


@pytest.mark.parametrize(
    "slip", ["{names}", "{{ names }", "{ names }}", "{{{ names }}}", "{% if urgent %}x{% endif %}}"]
)
def test_a_placeholder_with_too_few_or_too_many_braces_is_not_printed(slip: str) -> None:
    ((pointer, detail),) = lint.faults(of(openings=[f"First.\nSecond {slip}."]))

    assert pointer == "openings/0"
    assert detail.startswith("Line 2:")


def test_a_part_needs_a_variant_without_cases() -> None:
    assert [pointer for pointer, _ in lint.faults(of(subjects=["{{ names | case('genitive') }}"]))] == ["subjects"]


def test_what_a_placeholder_brings_is_not_read_again() -> None:
    told = known(prisoner(name="{{ 7*7 }}", names={}), title={"en": "{% if %}"})

    assert render("{{ names }} {{ office.title }}", told) == "{{ 7*7 }} {% if %}"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("prisoner.nmae", "prisoner.name"), ("office.titel", "office.title"), ("nmaes", "names"), ("urgnet", "urgent")],
)
def test_a_slip_is_answered_with_the_nearest_name(wrong: str, right: str) -> None:
    ((_, detail),) = lint.faults(of(openings=["Hello {{ " + wrong + " }}."]))

    assert f"`{wrong}` is not known; did you mean `{right}`?" in detail


def test_a_loop_over_the_prisoners_is_allowed_and_names_each_of_them() -> None:
    source = "{% for prisoner in prisoners %}{{ prisoner.name }}{% if not loop.last %}; {% endif %}{% endfor %}"

    assert list(lint.faults(of(openings=[source]))) == []
    assert render(source, known(prisoner(), ANOTHER)) == "Ada Prisoner; Bob Prisoner"


def test_a_variant_that_says_what_is_not_stored_needs_another_beside_it() -> None:
    held = "Held in {{ prisoner.place }}."

    ((pointer, detail),) = lint.faults(of(openings=[held]), [known()])

    assert pointer == "openings"
    assert "Ada Prisoner: place" in detail
    assert list(lint.faults(of(openings=[held]), [known(prisoner(place={"en": "Gomel"}))])) == []
    assert list(lint.faults(of(openings=[held, "Held."]), [known()])) == []


def test_facts_are_said_as_the_language_says_them() -> None:
    told = known(prisoner(detained_on="2024-09-01", place={"fr": "Gomel"}), language="fr")

    assert render("{{ prisoner.place }}, {{ prisoner.detained_on }}", told) == "Gomel, 1er septembre 2024"


def test_a_text_that_becomes_too_long_is_refused() -> None:
    crowd = known(*[prisoner(name="N" * 90)] * 50)

    source = "{% for prisoner in prisoners %}{{ prisoner.name }}{% endfor %}"
    found = dict(lint.faults(of(openings=[source]), [crowd]))

    assert "over 2000 characters" in found["openings/0"]


def test_a_missing_value_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(TemplateError):
        render("{{ nothing }}", known())
