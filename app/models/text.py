"""Text from outside: what may come in, and how it is cleaned before anything sees it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Annotated
from zoneinfo import available_timezones

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from app.models.columns import now

SHORTEST_WORDS = 20
LONGEST_WORDS = 1_000
LONGEST_TEXT = 2_000
MOST_LINES = 20
COMBINING_MARKS = 4  # on one letter; more is a storm, not a script
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
LINK = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.)"  # a scheme, or what stands for one
    r"|\b[a-z0-9-]{1,63}\.(?:com|org|net|info|ru|by|ly|me|io)\b(?!@)"  # a well-known ending
    r"|\b[a-z0-9-]{1,63}\.[a-z]{2,24}/\S"  # any ending before a path
    r"|<[a-z!/]"  # markup
)
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
FILLERS = frozenset("\u115f\u1160\u3164\uffa0")  # Hangul letters that nobody can see
BREAKING_SPACE = re.compile(r"[^\S\u00a0\u202f]+")
JOINERS = frozenset("\u200c\u200d")  # Persian, and Indic scripts, are misspelt without them


def clean_line(text: str) -> str:
    """Return one line with single spaces; refuse what is hidden, and what is empty to the eye."""
    text = " ".join(text.split(" ")).strip()
    _refuse_hidden(text, allowed=JOINERS)
    if not any(character.isalnum() for character in text):
        raise ValueError("Please write something that can be read.")
    return " ".join(text.split())


def clean_demand(text: str) -> str:
    """Clean one line, and keep the no-break spaces that French puts before colons: a demand is said as it is given."""
    clean_line(text)
    return BREAKING_SPACE.sub(" ", text).strip()


def part_of_a_sentence(text: str) -> str:
    """Let a phrase that begins with a small word, such as “as a nurse”, stand within a sentence."""
    first, space, rest = text.rstrip(" .,;:!?…").partition(" ")
    return f"{first.lower()}{space}{rest}"


def clean_paragraph(text: str) -> str:
    """Return lines without trailing space and with one blank line at most; refuse what is hidden."""
    text = text.replace("\r\n", "\n").replace("\t", " ")
    _refuse_hidden(text, allowed=JOINERS | {"\n"})
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()
    if not any(character.isalnum() for character in text):
        raise ValueError("Please write something that can be read.")
    return text


def of_fair_length(text: str, *, longest: int = LONGEST_WORDS) -> str:
    """Measure own words once more when they are clean: they share one page with the demands."""
    if not SHORTEST_WORDS <= len(text) <= longest or text.count("\n") > MOST_LINES:
        raise ValueError(f"Please write {SHORTEST_WORDS} to {longest} characters, on at most {MOST_LINES} lines.")
    return text


def without_links(text: str) -> str:
    """Refuse web addresses and markup: offices discard letters that carry them."""
    if LINK.search(text) or LINK.search(unicodedata.normalize("NFKC", text)):
        raise ValueError("Please leave out web addresses and markup: offices discard letters that carry them.")
    return text


def _refuse_hidden(text: str, *, allowed: frozenset[str]) -> None:
    plain = text.replace("\n", " ") if "\n" in allowed else text
    if plain.isascii() and plain.isprintable():
        return  # as most are: no accents, and nothing hidden
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if (category in HIDDEN and character not in allowed) or character in FILLERS:
            raise ValueError("Please leave out control characters and characters that cannot be seen.")
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > COMBINING_MARKS:
            raise ValueError("Please use fewer accents on one letter.")


def plain_address(text: str) -> str:
    """Return an e-mail address that every mail server takes: its name in ASCII, its domain too."""
    try:
        address = validate_email(text, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        address = None
    if address is None or "=?" in address:
        raise ValueError("This is not an e-mail address that can be written to, such as ada@example.org.")
    if not text.isascii() and any(map(_mixes_alphabets, text.rpartition("@")[2].split("."))):
        raise ValueError("One letter of this address only looks Latin. Please type the address again.")
    return address


def _mixes_alphabets(label: str) -> bool:
    """Tell whether Cyrillic or Greek letters stand among Latin ones: such a name is a slip, or a trap."""
    alphabets = {unicodedata.name(character, "").split(" ")[0] for character in label if character.isalpha()}
    return "LATIN" in alphabets and bool(alphabets & {"CYRILLIC", "GREEK"})


def existing_day(text: str) -> str:
    """Refuse days that no calendar has, such as 30 February; a year or a month alone will do."""
    try:
        date.fromisoformat(text + "0001-01-01"[len(text) :])
    except ValueError:
        raise ValueError("There is no such day.") from None
    return text


def not_ahead(text: str) -> str:
    """Refuse what lies in the future: the present year, month or day may be named."""
    if text > now().date().isoformat()[: len(text)]:
        raise ValueError("This lies in the future.")
    return text


def known_country(code: str) -> str:
    """Refuse codes that stand for no country."""
    if code not in _countries():
        raise ValueError("There is no country with this code (ISO 3166-1).")
    return code


def known_timezone(name: str) -> str:
    """Refuse names that stand for no time zone."""
    if name not in _timezones():
        raise ValueError("There is no time zone with this name (IANA), such as Europe/Minsk.")
    return name


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _countries() -> frozenset[str]:
    """The codes of two letters that Unicode's CLDR knows, without those for unions, tests and the unknown."""
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if code.isalpha() and len(code) == len("DE")) - NO_COUNTRIES


@dataclass(frozen=True)
class _form:  # noqa: N801 - reads as the annotation that it is
    """A text of one form: checked whole, refused in words, and shown as a pattern in the API's documentation."""

    pattern: str
    words: str
    longest: int

    def __get_pydantic_core_schema__(self, source: type[str], handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"pattern": f"^{self.pattern}$", "maxLength": self.longest, "description": self.words}

    def _check(self, text: str) -> str:
        if len(text) > self.longest or not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValueError(f"Please give {self.words}.")
        return text


NFC = BeforeValidator(lambda text: unicodedata.normalize("NFC", text) if isinstance(text, str) else text)
Line = Annotated[str, NFC, StringConstraints(min_length=1, max_length=200), AfterValidator(clean_line)]
Demand = Annotated[str, NFC, StringConstraints(min_length=1, max_length=200), AfterValidator(clean_demand)]
Prose = Annotated[str, NFC, StringConstraints(min_length=1, max_length=4_000), AfterValidator(clean_paragraph)]
PersonName = Annotated[
    str, NFC, StringConstraints(min_length=2, max_length=100), AfterValidator(clean_line), AfterValidator(without_links)
]
OwnWords = Annotated[
    str,
    NFC,
    StringConstraints(min_length=SHORTEST_WORDS, max_length=LONGEST_WORDS),
    AfterValidator(clean_paragraph),
    AfterValidator(of_fair_length),
    AfterValidator(without_links),
]
WholeText = Annotated[
    str,
    NFC,
    StringConstraints(min_length=SHORTEST_WORDS, max_length=LONGEST_TEXT),
    AfterValidator(clean_paragraph),
    AfterValidator(partial(of_fair_length, longest=LONGEST_TEXT)),
    AfterValidator(without_links),
]
Role = Annotated[
    str, NFC, StringConstraints(min_length=2, max_length=80), AfterValidator(clean_line), AfterValidator(without_links)
]
RoleInSentence = Annotated[Role, AfterValidator(part_of_a_sentence)]

Email = Annotated[
    str,
    StringConstraints(max_length=254),
    AfterValidator(plain_address),
    Field(json_schema_extra={"format": "email"}),
]
Slug = Annotated[str, _form(SLUG, "small letters, digits and single hyphens, such as rocio-san-miguel", 80)]
Country = Annotated[
    str,
    _form(r"[A-Z]{2}", "a country as two capital letters (ISO 3166-1), such as DE", 2),
    AfterValidator(known_country),
]
Language = Annotated[str, _form(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language as in BCP 47, such as de", 16)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(known_timezone)]
PartialDate = Annotated[
    str,
    _form(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", "a day as YYYY, YYYY-MM or YYYY-MM-DD", 10),
    AfterValidator(existing_day),
]
PastDate = Annotated[PartialDate, AfterValidator(not_ahead)]
Day = Annotated[date, Field(ge=date(1900, 1, 1))]
PastDay = Annotated[Day, AfterValidator(lambda day: date.fromisoformat(not_ahead(day.isoformat())))]
WebAddress = Annotated[
    str, _form(r"https://[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]+", "a web address that begins with https://", 500)
]

Texts = dict[Language, Line]
Proses = dict[Language, Prose]


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return a text in this language, else in the first that it has; empty where it has none."""
    return texts.get(language) or next(iter(texts.values()), "")
