"""Names in the grammatical cases that Slavic sentences need: as stored, else by rule where a library knows one."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from pytrovich.enums import Case as PytrovichCase
from pytrovich.enums import Gender as PytrovichGender
from pytrovich.enums import NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from app.models.prisoner import Case, Gender, Origin

DECLINING = ("ru", "uk", "be", "pl")  # languages of the house whose sentences decline names
RULES = {
    Case.GENITIVE: PytrovichCase.GENITIVE,
    Case.DATIVE: PytrovichCase.DATIVE,
    Case.ACCUSATIVE: PytrovichCase.ACCUSATIVE,
    Case.INSTRUMENTAL: PytrovichCase.INSTRUMENTAL,
    Case.PREPOSITIONAL: PytrovichCase.PREPOSITIONAL,
}
GENDERS = {Gender.MALE: PytrovichGender.MALE, Gender.FEMALE: PytrovichGender.FEMALE}
PARTS = {  # a Russian name of so many words is made of these parts
    2: (NamePart.FIRSTNAME, NamePart.LASTNAME),
    3: (NamePart.FIRSTNAME, NamePart.MIDDLENAME, NamePart.LASTNAME),
}
SPELT_OUT = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)*")  # no initials, no other letters, no particles
STRESS_DECIDES = re.compile(r"(?<!и)[жцчшщ]$")  # Ткачом, but Ковачем: the rule does not know
PATRONYMICS = ("вич", "вна", "ична", "инична", "ьич")


@dataclass(frozen=True, slots=True)
class Form:
    text: str
    origin: Origin


class Named(Protocol):
    """A prisoner, as far as their name goes."""

    @property
    def names(self) -> dict[str, str]: ...
    @property
    def cases(self) -> dict[str, dict[str, str]]: ...
    @property
    def gender(self) -> Gender: ...


def forms(prisoner: Named, language: str) -> dict[Case, Form]:
    """Return the case forms that a letter in this language can use; what is missing has to be said otherwise."""
    by_rule = _by_rule(prisoner.names.get(language, ""), prisoner.gender) if language == "ru" else {}
    stored = prisoner.cases.get(language, {})
    return {
        **{case: Form(text, Origin.RULE) for case, text in by_rule.items()},
        **{Case(case): Form(text, Origin.STORED) for case, text in stored.items()},
    }


@lru_cache(maxsize=4_096)
def _by_rule(name: str, gender: Gender) -> dict[Case, str]:
    """Decline a Russian name by pytrovich. Nothing is guessed: not the gender, not what the parts of a name are."""
    words = name.split()
    parts = PARTS.get(len(words), ()) if all(map(SPELT_OUT.fullmatch, words)) else ()
    if gender not in GENDERS or not parts or (NamePart.MIDDLENAME in parts and not words[1].endswith(PATRONYMICS)):
        return {}
    known = RULES.keys() - ({Case.INSTRUMENTAL} if STRESS_DECIDES.search(words[-1]) else set())
    return {
        case: " ".join(_maker.make(part, GENDERS[gender], rule, word) for part, word in zip(parts, words, strict=True))
        for case, rule in RULES.items()
        if case in known
    }


_maker = PetrovichDeclinationMaker()
