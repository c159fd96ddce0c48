"""What stands on an envelope: to whom, and in which country, in words that those who carry it read."""

import unicodedata
from functools import cache

from babel import Locale
from babel.languages import get_official_languages

from app.composing import places
from app.composing.brief import BriefOffice
from app.models.letter_texts import Audience

LATIN = "en"
READ = ("en", "fr", "de", "es", "pl", "ru", "uk", "be", "it", "pt")  # in which organisers may have written a country


def address(office: BriefOffice, *, language: str, posted_in: str, letters_of: str | None = None) -> list[str]:
    """Return the lines for an office, as its own country writes them; the country last, in capitals.

    `posted_in` is the country whose post takes the letter, `letters_of` the language that the writer would choose.
    """
    lines = [line for line in (office.postal_address or "").splitlines() if line.strip()]
    named = country_named(lines[-1]) if lines else None
    to = [office.title_in(language), office.institution.get(language, "")]
    body = lines[:-1] if named else lines
    destination = named or _seat(office)
    country = destination_line(destination, posted_in=posted_in, language=letters_of) if destination else ""
    return list(dict.fromkeys(filter(None, [*to, *body, country])))


def country_named(line: str) -> str | None:
    """Return the country of which a line is the name, in a language that organisers use."""
    return _names().get(_folded(line))


def destination_line(country: str, *, posted_in: str, language: str | None = None) -> str:
    """Return a country for the last line: in capitals, as its sender's post reads it, and in Latin letters too."""
    own = _capitals(places.country(country, _language_of(posted_in, language)), _language_of(posted_in, language))
    latin = _capitals(places.country(country, LATIN), LATIN)
    return own if _is_latin(own) else f"{own} / {latin}"


def _seat(office: BriefOffice) -> str | None:
    """Return where an office sits, as far as that is certain: an embassy's address has to say it."""
    if office.audience is not Audience.DIPLOMAT:
        return office.country
    return office.written_from[0] if office.written_from and len(office.written_from) == 1 else None


def _language_of(country: str, wanted: str | None) -> str:
    """Return the wanted language where the country uses it, else the one that most use there."""
    spoken = get_official_languages(country, de_facto=True)
    return wanted if wanted in spoken else next((each for each in spoken if _speaks(each)), LATIN)


def _speaks(language: str) -> bool:
    return places.country("BY", language) != "BY"


def _capitals(name: str, language: str) -> str:
    if language in {"tr", "az"}:
        name = name.replace("i", "İ")
    if language == "el":  # capitals carry no accents
        name = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).replace("\u0301", ""))
    return name if language == "ka" else name.upper()


def _is_latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(character, "") for character in text if character.isalpha())


@cache
def _names() -> dict[str, str]:
    """Names of countries, folded, in the languages that organisers use; the first language wins."""
    return {
        _folded(name): code
        for language in reversed(READ)
        for code, name in Locale(language).territories.items()
        if len(code) == len("DE") and code.isalpha()
    }


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.strip().strip(".").casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))
