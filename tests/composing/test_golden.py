"""The same seed gives the same letter for ever: letters that are frozen, in every language and to every audience.

Renew them on purpose, `python -m tests.composing.test_golden` from the project's folder, then read the difference.
"""

import uuid
from itertools import product
from pathlib import Path

import pytest

from app.composing import texts
from app.composing.compose import compose
from app.models.letter_texts import Audience
from app.models.prisoner import Case, Gender
from tests.composing.pieces import ANOTHER, brief, office, official, opened, prisoner

GOLDEN = Path(__file__).parent / "golden"
HOUSE = sorted(path.name for path in texts.FOLDER.iterdir() if path.is_dir())
KINDS = {Audience.AUTHORITY: "prosecutor_general", Audience.DIPLOMAT: "ambassador", Audience.GOVERNMENT: "minister"}
EVERY = list(product(HOUSE, Audience))


def golden(language: str, audience: Audience) -> str:
    """The letter that is frozen: urgent, about one prisoner of two, with stored cases, in a role."""
    phrases = texts.phrases(language)
    to = office(kind=KINDS[audience], own_government=audience is Audience.GOVERNMENT, languages=[language])
    declined = {language: {case: f"Ada ({case})" for case in Case}}
    content = brief(
        urgent=True,
        privacy="full_address",
        demands={language: ["first demand;", "second demand."]},
        texts={language: texts.of_the_house(language)},
        prisoners=[prisoner(names={}, cases=declined, summary={language: "What is known of Ada."}), ANOTHER],
        offices=[to],
    )
    person = opened(language=language, prisoner_id=uuid.UUID(int=1), role=phrases and phrases.role_example)
    composed = compose(content, to, official(gender=Gender.FEMALE), person)
    return f"{composed.subject}\n\n{composed.body}"


@pytest.mark.parametrize(("language", "audience"), EVERY)
def test_a_letter_is_the_same_as_ever(language: str, audience: Audience) -> None:
    frozen = GOLDEN / language / f"{audience.value}.txt"

    assert golden(language, audience) == frozen.read_bytes().decode()


if __name__ == "__main__":
    for each_language, each_audience in EVERY:
        path = GOLDEN / each_language / f"{each_audience.value}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(golden(each_language, each_audience).encode())
