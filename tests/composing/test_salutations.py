"""How letters are opened: every cell of the tables, and the order in which they are asked."""

import csv

import pytest

from app.composing import salutations
from app.models.office import OfficeKind
from app.models.prisoner import Gender
from tests.composing.pieces import LANGUAGES, office, official


def table(name: str) -> list[dict[str, str]]:
    with (salutations.TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FORMS = table("forms-of-address.csv")
CELLS = {(row["language"], row["office"], row["gender"]): row["salutation"] for row in FORMS}
ALL_LANGUAGES = sorted({row["language"] for row in FORMS})
NEUTRAL = {(row["language"], row["office"]): row["salutation"] for row in FORMS if row["gender"] == "unknown"}


def salutation(kind: str, gender: str, language: str, *, surname: str | None = "Muster") -> str:
    return salutations.for_office(
        office(kind=kind), official(gender=Gender(gender), surname=surname), language=language
    )


@pytest.mark.parametrize("row", FORMS, ids=lambda row: f"{row['language']}-{row['office']}-{row['gender']}")
def test_every_row_of_the_table_is_used_as_it_stands(row: dict[str, str]) -> None:
    kind = OfficeKind.OTHER if row["office"] == "*" else OfficeKind(row["office"])

    found = salutation(kind, row["gender"], row["language"])

    assert found == row["salutation"].replace("{surname}", "Muster")


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize("kind", OfficeKind)
@pytest.mark.parametrize("gender", Gender)
def test_every_kind_and_gender_gets_its_row_else_the_neutral_one_else_the_languages(
    language: str, kind: OfficeKind, gender: Gender
) -> None:
    cells = [(kind.value, gender.value), (kind.value, "unknown"), ("*", "unknown")]
    expected = next(CELLS[language, *cell] for cell in cells if (language, *cell) in CELLS)

    assert salutation(kind, gender, language) == expected.replace("{surname}", "Muster")


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize("kind", OfficeKind)
@pytest.mark.parametrize("surname", ["Muster", None])
def test_an_unknown_gender_never_becomes_a_gendered_form(language: str, kind: OfficeKind, surname: str | None) -> None:
    neutral = NEUTRAL.get((language, kind.value), "")
    fallback = NEUTRAL[language, "*"]
    expected = neutral.replace("{surname}", surname or "") if neutral and (surname or "{" not in neutral) else fallback

    assert salutation(kind, "unknown", language, surname=surname) == expected


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize("kind", OfficeKind)
@pytest.mark.parametrize("gender", Gender)
def test_a_salutation_without_a_surname_has_no_gap(language: str, kind: OfficeKind, gender: Gender) -> None:
    found = salutation(kind, gender, language, surname=None)

    assert found
    assert "{" not in found
    assert " ," not in found


def test_an_office_without_a_holder_gets_the_neutral_form() -> None:
    assert salutations.for_office(office(kind="ambassador"), None, language="de") == "Exzellenz,"
    assert salutations.for_office(office(kind="judge"), None, language="de") == "Sehr geehrte Damen und Herren,"


def test_the_offices_own_salutation_goes_before_every_rule() -> None:
    own = office(kind="ambassador", salutations={"de": "Hochverehrte Frau {surname},"})

    assert salutations.for_office(own, official(gender=Gender.MALE), language="de") == "Hochverehrte Frau Muster,"
    assert salutations.for_office(own, official(gender=Gender.MALE), language="en") == "Your Excellency,"


def test_an_own_salutation_that_needs_a_surname_falls_on_without_one() -> None:
    own = office(kind="prosecutor_general", salutations={"de": "Lieber Herr {surname},"})

    found = salutations.for_office(own, official(surname=None), language="de")

    assert found == "Sehr geehrter Herr Generalstaatsanwalt,"


def test_a_gendered_form_goes_before_the_neutral_one() -> None:
    assert salutation("ambassador", "female", "es") == "Señora Embajadora:"
    assert salutation("ambassador", "unknown", "es") == "Excelencia:"


def test_a_surname_stays_what_it_is() -> None:
    assert salutation("judge", "female", "en", surname="{surname} {address}") == "Dear Judge {surname} {address},"


def test_the_house_speaks_every_language_for_which_it_has_letter_texts() -> None:
    assert all(salutations.speaks(language) for language in LANGUAGES)
    assert not salutations.speaks("tlh")


@pytest.mark.parametrize("language", ["ru", "uk", "be"])
def test_eastern_slavic_salutations_end_in_an_exclamation_mark(language: str) -> None:
    assert all(row["salutation"].endswith("!") for row in FORMS if row["language"] == language)


AT_HOME = table("forms-of-address-at-home.csv")


@pytest.mark.parametrize("row", AT_HOME, ids=lambda row: f"{row['language']}-{row['office']}-{row['gender']}")
def test_those_who_speak_for_ones_own_country_are_not_called_excellency(row: dict[str, str]) -> None:
    post = office(kind=row["office"], country="DE")
    holder = official(gender=Gender(row["gender"]))

    own = salutations.for_office(post, holder, language=row["language"], writer="DE")

    assert own == row["salutation"]
    assert salutations.for_office(post, holder, language=row["language"], writer="FR") != "" != own


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize("gender", Gender)
@pytest.mark.parametrize("kind", sorted(salutations.EXCELLENCIES))
def test_nobody_says_excellency_to_those_who_speak_for_their_own_country(
    language: str, gender: Gender, kind: OfficeKind
) -> None:
    own = salutations.for_office(office(kind=kind), official(gender=gender), language=language, writer="BY")

    assert not any(word in own for word in ("Excellency", "Exzellenz", "Excelen", "Ekscelenc", "Превосходительство"))
    assert "Высок" not in own
    assert "Вялікасц" not in own
    assert "Экселенц" not in own
    assert "Високоповажн" not in own
