"""Names in the grammatical cases that Slavic sentences need: as stored, else by rule where a library knows one."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from pytrovich.enums import Case as PytrovichCase
from pytrovich.enums import Gender as PytrovichGender
from pytrovich.enums import NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from app.composing import lint, templates, texts
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
    def name(self) -> str: ...
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


def as_letters_say_it(prisoner: Named, language: str) -> dict[Case, Form]:
    """Return the form for every case that sentences of the house want: the nominative where they are said otherwise."""
    found = forms(prisoner, language)
    nominative = Form(prisoner.names.get(language, prisoner.name), Origin.NOMINATIVE)
    return {case: found.get(case, nominative) for case in Case if case in found or case in _wanted(language)}


@cache
def _wanted(language: str) -> frozenset[str]:
    """Return the cases that the house's texts in this language ask for."""
    parts = (part for wording in texts.of_the_house(language).values() for _, part in lint.parts(wording))
    return frozenset(case for part in parts for variant in part for case in templates.needs(variant))


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
