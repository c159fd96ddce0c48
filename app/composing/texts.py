"""The house's own wording of letters, by language."""

import tomllib
from functools import cache

from app.config import PROJECT
from app.models.columns import Strict
from app.models.letter_texts import Audience, LetterTexts

FOLDER = PROJECT / "templates" / "letters"


class Phrases(Strict):
    """What is said in every letter alike."""

    role: str  # with {role}
    role_begins: tuple[str, ...]
    role_example: str
    copy_to: str  # with {offices}
    test_mark: str


class JointTexts(Strict):
    """The joint letter of organisations."""

    signed: str  # over the list of them
    authority: LetterTexts
    diplomat: LetterTexts
    government: LetterTexts

    def to(self, audience: Audience) -> LetterTexts:
        return {
            Audience.AUTHORITY: self.authority,
            Audience.DIPLOMAT: self.diplomat,
            Audience.GOVERNMENT: self.government,
        }[audience]


def of_the_house(language: str) -> dict[Audience, LetterTexts]:
    """The house's own texts in this language, by audience; empty where there are none."""
    return _texts().get(language, {})


def phrases(language: str) -> Phrases | None:
    """The house's phrases in this language, where it has them."""
    return _phrases().get(language)


def joint(language: str) -> JointTexts | None:
    """The joint letter in this language, where the house has it."""
    return _joint().get(language)


@cache
def _joint() -> dict[str, JointTexts]:
    return {
        path.parent.name: JointTexts.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        for path in FOLDER.glob("*/joint.toml")
    }


@cache
def _phrases() -> dict[str, Phrases]:
    return {
        path.parent.name: Phrases.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        for path in FOLDER.glob("*/phrases.toml")
    }


@cache
def _texts() -> dict[str, dict[Audience, LetterTexts]]:
    found: dict[str, dict[Audience, LetterTexts]] = {}
    for audience in Audience:
        for path in sorted(FOLDER.glob(f"*/{audience.value}.toml")):
            letter_texts = LetterTexts.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            found.setdefault(path.parent.name, {})[audience] = letter_texts
    return found
