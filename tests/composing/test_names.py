"""Names in grammar: joined as a language joins them, in the case that a sentence needs."""

from typing import Any

import pytest

from app.composing import declension
from app.composing.names import MissingForm, Name, joined
from app.models.prisoner import Case, Gender, Origin
from tests.composing.pieces import prisoner


def russian(name: str, gender: Gender = Gender.FEMALE, **overrides: Any) -> dict[Case, str]:
    """The case forms that a letter in Russian would use."""
    found = declension.forms(prisoner(names={"ru": name}, gender=gender, **overrides), "ru")
    return {case: form.text for case, form in found.items()}


@pytest.mark.parametrize(
    ("language", "names", "expected"),
    [
        ("en", ("Ada", "Bob", "Cy"), "Ada, Bob and Cy"),
        ("es", ("Ada", "Bob"), "Ada y Bob"),
        ("es", ("Ada", "Ihar"), "Ada e Ihar"),
        ("es", ("Ada", "Bob", "Hilda"), "Ada, Bob e Hilda"),
        ("es", ("Ada", "Yan"), "Ada y Yan"),
        ("es", ("Ada", "Hiedra"), "Ada y Hiedra"),
        ("fr", ("Ada", "Ihar"), "Ada et Ihar"),
        ("ru", ("Ада", "Боб"), "Ада и Боб"),
    ],
)
def test_names_are_joined_as_the_language_joins_them(language: str, names: tuple[str, ...], expected: str) -> None:
    assert joined(tuple(Name(name) for name in names), language).text.replace(",", "") == expected.replace(",", "")


def test_joined_names_have_the_cases_that_all_of_them_have() -> None:
    both = joined((Name("А", (("genitive", "Аы"), ("dative", "Ае"))), Name("Б", (("genitive", "Ба"),))), "ru")

    assert both.case("genitive") == "Аы и Ба"
    with pytest.raises(MissingForm):
        both.case("dative")


@pytest.mark.parametrize(
    ("name", "gender", "genitive", "dative"),
    [
        ("Мария Колесникова", Gender.FEMALE, "Марии Колесниковой", "Марии Колесниковой"),
        ("Игорь Карней", Gender.MALE, "Игоря Карнея", "Игорю Карнею"),
        ("Борис Юльевич Кагарлицкий", Gender.MALE, "Бориса Юльевича Кагарлицкого", "Борису Юльевичу Кагарлицкому"),
        ("Росио Сан-Мигель", Gender.FEMALE, "Росио Сан-Мигель", "Росио Сан-Мигель"),
    ],
)
def test_russian_names_are_declined_by_rule_where_no_form_is_stored(
    name: str, gender: Gender, genitive: str, dative: str
) -> None:
    forms = russian(name, gender)

    assert forms[Case.GENITIVE] == genitive
    assert forms[Case.DATIVE] == dative


def test_a_stored_form_goes_before_the_rule() -> None:
    found = declension.forms(prisoner(names={"ru": "Мария Колесникова"}, cases={"ru": {"genitive": "Марии К."}}), "ru")

    assert (found[Case.GENITIVE].text, found[Case.GENITIVE].origin) == ("Марии К.", Origin.STORED)
    assert found[Case.DATIVE].origin is Origin.RULE


@pytest.mark.parametrize(
    "name",
    [
        *("Мария", "Мария Анна Колесникова", "Мария де ла Крус"),
        *("Ada Prisoner", "Мария Smith", "阿达 王", "Марія Колеснікова"),  # not in Russian letters
        *("МАРИЯ КОЛЕСНИКОВА", "мария колесникова", "М. Колесникова", "Мария Х", "Мария «Маша»"),  # not spelt out
        *("Мариам бен-Ладен", "Мариам ад-Дин", "Мари д'Обюссон"),  # with particles
    ],
)
def test_nothing_is_guessed_of_names_whose_parts_are_not_known(name: str) -> None:
    assert russian(name) == {}


@pytest.mark.parametrize(
    ("name", "instrumental"),
    [
        ("Микола Статкевич", "Миколой Статкевичем"),
        ("Ян Ткач", None),
        ("Кирилл Швец", None),
        ("Игорь Седых", "Игорем Седых"),
    ],
)
def test_an_ending_that_hangs_on_the_stress_is_not_guessed(name: str, instrumental: str | None) -> None:
    assert russian(name, Gender.MALE).get(Case.INSTRUMENTAL) == instrumental


def test_nothing_is_guessed_of_a_person_whose_gender_is_not_known() -> None:
    assert russian("Саша Шевченко", Gender.UNKNOWN) == {}


@pytest.mark.parametrize("language", ["uk", "be", "pl", "en"])
def test_other_languages_have_the_forms_that_are_stored_and_no_others(language: str) -> None:
    assert declension.forms(prisoner(names={language: "Марія Колеснікова"}), language) == {}
