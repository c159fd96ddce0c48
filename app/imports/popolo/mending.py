"""What real files contain, put right where there is one right reading, and noted, so that somebody looks at it."""

import re
import unicodedata
from collections.abc import Iterator

from app.models.cleaning import plain_address
from app.models.office import OfficeKind
from app.models.prisoner import Gender

CAPITALS = "The name stood in capitals: please look at it."
LOOK_ALIKE = "A letter of another alphabet in an e-mail address was replaced by its Latin twin: please look at it."
GLUED = "A web address was glued to an e-mail address, and was cut off."
UNREADABLE = "An e-mail address cannot be read, and was left out."
PARTIAL = "`start_date` is not a whole day, and was left out."

TWINS = str.maketrans("аеорсухіјѕԁһАВЕКМНОРСТХІЅЈоο", "aeopcyxijsdhABEKMHOPCTXISJoo")
WEB = re.compile(r"(?i)(https?://|www\.).*")
NUMERAL = re.compile(r"[IVX]+")
SHORTEST_SHOUTED = 3  # letters
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
GENDERS = {
    "male": Gender.MALE,
    "m": Gender.MALE,
    "man": Gender.MALE,
    "female": Gender.FEMALE,
    "f": Gender.FEMALE,
    "woman": Gender.FEMALE,
}
ROLES = {
    OfficeKind.HEAD_OF_STATE: ("president of the republic", "head of state", "king", "queen", "президент республики"),
    OfficeKind.HEAD_OF_GOVERNMENT: ("prime minister", "head of government", "chancellor", "премьер-министр"),
    OfficeKind.PROSECUTOR_GENERAL: (
        "prosecutor general",
        "attorney general",
        "general prosecutor",
        "генеральный прокурор",
    ),
    OfficeKind.AMBASSADOR: ("ambassador", "посол", "botschafter", "botschafterin"),
    OfficeKind.CONSUL_GENERAL: ("consul general", "генеральный консул"),
    OfficeKind.MEMBER_OF_PARLIAMENT: ("member of parliament", "mp", "deputy", "депутат"),
}
LEGISLATURES = frozenset({"legislature", "chamber", "parliament"})


def name(text: str) -> tuple[str, list[str]]:
    """Return a name with capitals only where a word begins."""
    mended = " ".join(_word(word) if _is_shouted(word) else word for word in text.split(" "))
    return mended, [] if mended == text else [CAPITALS]


def addresses(text: str) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the addresses in a text, each with what was mended; None for one that cannot be."""
    for part in re.split(r"[;,\s]+", text.strip().removeprefix("mailto:")):
        if part and "@" in (cut := WEB.sub("", part)):
            notes = [GLUED] if cut != part else []
            latin = unicodedata.normalize("NFC", cut).translate(TWINS)
            notes += [LOOK_ALIKE] if latin != cut else []
            yield _checked(latin.strip("<>.()[]"), notes)
        elif part and not WEB.match(part):
            yield None, [UNREADABLE]


def day(text: str | None) -> tuple[str | None, list[str]]:
    """Return a whole day; a part of one is not made up to a whole."""
    found = (text or "")[:10]
    return (found, []) if DAY.fullmatch(found) else (None, [PARTIAL] if text else [])


def is_over(end: str | None, today: str) -> bool:
    """Tell whether a time has ended, by as much of the day as is known."""
    known = (end or "")[:10]
    return bool(known) and known < today[: len(known)]


def gender(text: str | None) -> Gender:
    """Return the gender that is told; it is never guessed."""
    return GENDERS.get((text or "").casefold(), Gender.UNKNOWN)


def kind(role: str, classification: str | None) -> OfficeKind:
    """Return the kind of an office whose role is a well-known word; `other`, which is greeted neutrally, else."""
    plain = role.casefold()
    if plain == "member" and (classification or "").casefold() in LEGISLATURES:
        return OfficeKind.MEMBER_OF_PARLIAMENT
    return next((found for found, words in ROLES.items() if plain in words), OfficeKind.OTHER)


def _word(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), word)


def _is_shouted(word: str) -> bool:
    """Short words, initials and numerals (`de`, `J.R.`, `III`) stay as they are."""
    return word.isupper() and len(word) >= SHORTEST_SHOUTED and "." not in word and not NUMERAL.fullmatch(word)


def _checked(address: str, notes: list[str]) -> tuple[str | None, list[str]]:
    try:
        return plain_address(address), notes
    except ValueError:
        return None, [UNREADABLE]
