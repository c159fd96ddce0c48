"""How letters close, and how they go on after the salutation."""

import pytest

from app.composing import salutations
from app.composing.compose import compose
from app.models.office import OfficeKind
from app.models.prisoner import Gender
from tests.composing.pieces import brief, office, official, opened
from tests.composing.test_salutations import ALL_LANGUAGES, table

CLOSINGS = table("closings.csv")
AT_THE_TOP = {"head_of_state", "head_of_government", "minister", "ambassador"}


@pytest.mark.parametrize("row", CLOSINGS, ids=lambda row: f"{row['language']}-{row['rank']}")
def test_every_closing_of_the_table_is_used(row: dict[str, str]) -> None:
    kind = OfficeKind.AMBASSADOR if row["rank"].endswith("excellency") else OfficeKind.JUDGE
    several = row["rank"].startswith("we")

    found = salutations.closing(office(kind=kind), "Anrede,", language=row["language"], several=several)

    assert found == row["closing"].replace("{address}", "Anrede")


@pytest.mark.parametrize("kind", OfficeKind)
@pytest.mark.parametrize("gender", Gender)
@pytest.mark.parametrize("writer", ["DE", "BY"])
@pytest.mark.parametrize("own", [{}, {"fr": "Madame la Ministre d'État,"}], ids=["by the table", "the office's own"])
def test_a_french_closing_repeats_the_form_of_address(
    kind: OfficeKind, gender: Gender, writer: str, own: dict[str, str]
) -> None:
    post, language = office(kind=kind, salutations=own), "fr"

    address = salutations.for_office(post, official(gender=gender), language=language, writer=writer)
    closing = salutations.closing(post, address, language=language, writer=writer)

    very = "très " if kind.value in AT_THE_TOP and writer != "BY" else ""
    assert closing == f"Je vous prie d'agréer, {address} l'expression de ma {very}haute considération."


@pytest.mark.parametrize("kind", OfficeKind)
def test_those_who_are_called_excellency_abroad_get_the_higher_closing(kind: OfficeKind) -> None:
    high = salutations.closing(office(kind=kind), "", language="de", writer="FR")
    at_home = salutations.closing(office(kind=kind), "", language="de", writer="BY")

    assert high == ("Mit vorzüglicher Hochachtung" if kind.value in AT_THE_TOP else "Mit freundlichen Grüßen")
    assert at_home == "Mit freundlichen Grüßen"


@pytest.mark.parametrize("language", ALL_LANGUAGES)
def test_nobody_but_the_french_repeats_the_form_of_address(language: str) -> None:
    closing = salutations.closing(office(kind="ambassador"), "Anrede,", language=language)

    assert ("Anrede" in closing) == (language == "fr")


@pytest.mark.parametrize(
    ("salutation", "small"),
    [("Sehr geehrter Herr Minister,", True), ("Sehr geehrter Herr Minister!", False), ("Zu Ihren Händen:", False)],
)
def test_a_letter_goes_on_small_after_a_comma_and_with_a_capital_after_what_ends_a_sentence(
    salutation: str, *, small: bool
) -> None:
    content = brief(offices=[office(salutations={"de": salutation})])
    going_on = {
        compose(content, content.offices[0], official(), opened(language="de", seed=seed)).body.split("\n\n")[1][0]
        for seed in range(80)
    }

    assert all(first.isupper() for first in going_on) is not small
