"""How an office is addressed at the beginning of a letter, and how the letter closes."""

import csv
from functools import cache, lru_cache

from app.composing.brief import BriefOffice
from app.config import PROJECT
from app.models.office import OfficeKind
from app.models.official import Holder
from app.models.prisoner import Gender

TABLES = PROJECT / "templates" / "letters"
EXCELLENCIES = frozenset(
    {OfficeKind.HEAD_OF_STATE, OfficeKind.HEAD_OF_GOVERNMENT, OfficeKind.MINISTER, OfficeKind.AMBASSADOR}
)
KEPT = 4_096  # salutations in memory
ANY = "*"
WE = {ANY: "we", "excellency": "we_excellency"}  # ranks in the closings of several writers


def for_office(office: BriefOffice, official: Holder | None, *, language: str, writer: str | None = None) -> str:
    """Return the salutation: the office's own; by kind and gender; the neutral one of the kind; the language's.

    `writer` is the country where the supporter lives: nobody says "Excellency" to those who speak for their own.
    """
    gender, surname = (official.gender, official.surname) if official else (Gender.UNKNOWN, None)
    return _salutation(office, gender, surname, language, at_home=writer == office.country)


@lru_cache(maxsize=KEPT)
def _salutation(office: BriefOffice, gender: Gender, surname: str | None, language: str, *, at_home: bool) -> str:
    own = (_forms_at_home().get((language, office.kind, each)) for each in (gender, Gender.UNKNOWN))
    candidates: tuple[str | None, ...] = (
        office.salutations.get(language),
        *(own if at_home and office.kind in EXCELLENCIES else ()),
        _forms().get((language, office.kind, gender)),
        _forms().get((language, office.kind, Gender.UNKNOWN)),
        _forms()[language, ANY, Gender.UNKNOWN],
    )
    return next(
        candidate.replace("{surname}", surname or "")
        for candidate in candidates
        if candidate and (surname or "{surname}" not in candidate)
    )


def closing(
    office: BriefOffice, salutation: str, *, language: str, writer: str | None = None, several: bool = False
) -> str:
    """Return the closing; French repeats the form of address inside it, and tells one writer from `several`."""
    rank = "excellency" if office.kind in EXCELLENCIES and writer != office.country else ANY
    ranks = [*([WE.get(rank, rank)] if several else []), rank, ANY]
    text = next(found for each in ranks if (found := _closings().get((language, each))))
    return text.replace("{address}", salutation.rstrip(",!: "))


def begun(text: str, *, after: str) -> str:
    """Begin with a capital after an office's own salutation that ends a sentence, where a comma lets it go on small."""
    return text[:1].upper() + text[1:] if after.endswith(("!", ".", ":")) else text


def speaks(language: str) -> bool:
    """Tell whether letters can be opened and closed in this language."""
    return (language, ANY, Gender.UNKNOWN) in _forms() and (language, ANY) in _closings()


def _forms() -> dict[tuple[str, str, str], str]:
    return _table("forms-of-address.csv")


def _forms_at_home() -> dict[tuple[str, str, str], str]:
    return _table("forms-of-address-at-home.csv")


@cache
def _table(name: str) -> dict[tuple[str, str, str], str]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return {(row["language"], row["office"], row["gender"]): row["salutation"] for row in csv.DictReader(file)}


@cache
def _closings() -> dict[tuple[str, str], str]:
    with (TABLES / "closings.csv").open(encoding="utf-8", newline="") as file:
        return {(row["language"], row["rank"]): row["closing"] for row in csv.DictReader(file)}
