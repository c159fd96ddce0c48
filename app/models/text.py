"""Text from outside: what may come in, and how it is cleaned before anything sees it."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

COMBINING_MARKS = 4  # on one letter; more is a storm, not a script
LINK = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.)|\b[a-z0-9-]{2,63}\.(?:com|org|net|info|ru|by|ly|me|io)\b(?!@)|<[a-z!/]"
)
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")  # Persian, and Indic scripts, are misspelt without them


def clean_line(text: str) -> str:
    """Return one line in NFC with single spaces; refuse what is hidden, and what is empty to the eye."""
    text = " ".join(unicodedata.normalize("NFC", text).split(" ")).strip()
    _refuse_hidden(text, allowed=JOINERS)
    if not any(character.isalnum() for character in text):
        raise ValueError("Please write something that can be read.")
    return " ".join(text.split())


def clean_paragraph(text: str) -> str:
    """Return lines in NFC without trailing space and with one blank line at most; refuse what is hidden."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    _refuse_hidden(text, allowed=JOINERS | {"\n"})
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()
    if not any(character.isalnum() for character in text):
        raise ValueError("Please write something that can be read.")
    return text


def without_links(text: str) -> str:
    """Refuse web addresses and markup: offices discard letters that carry them."""
    if LINK.search(text):
        raise ValueError("Please leave out web addresses and markup: offices discard letters that carry them.")
    return text


def _refuse_hidden(text: str, *, allowed: frozenset[str]) -> None:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in HIDDEN and character not in allowed:
            raise ValueError("Please leave out control characters and characters that cannot be seen.")
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > COMBINING_MARKS:
            raise ValueError("Please use fewer accents on one letter.")


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean_line)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4_000), AfterValidator(clean_paragraph)]
PersonName = Annotated[
    str, StringConstraints(min_length=2, max_length=100), AfterValidator(clean_line), AfterValidator(without_links)
]
OwnWords = Annotated[
    str,
    StringConstraints(min_length=20, max_length=1_000),
    AfterValidator(clean_paragraph),
    AfterValidator(without_links),
]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=2, max_length=80)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2, such as DE.", examples=["DE"])]
Language = Annotated[
    str,
    Field(
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=16, description="BCP 47, such as de.", examples=["de"]
    ),
]
PartialDate = Annotated[
    str,
    Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$", description="YYYY, YYYY-MM or YYYY-MM-DD."),
]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"']+$", max_length=500)]

Texts = dict[Language, Line]
Proses = dict[Language, Prose]
