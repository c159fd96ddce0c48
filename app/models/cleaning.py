"""How text from outside is cleaned, or refused in words, before anything sees it."""

import re
import unicodedata
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from email_validator import EmailNotValidError, validate_email

from app.models.columns import now

SHORTEST_WORDS = 20
LONGEST_WORDS = 1_000
LONGEST_TEXT = 2_000
MOST_LINES = 20
COMBINING_MARKS = 4  # on one letter; more is a storm, not a script
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
