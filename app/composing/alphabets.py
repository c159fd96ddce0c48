"""Names in the order of a language's own alphabet: ą follows a in Polish, ё е in Russian, ñ n in Spanish."""

import unicodedata
from functools import cache

LATIN = "abcdefghijklmnopqrstuvwxyz"
ALPHABETS = {  # of languages whose letters have places of their own; in others, accents count for nothing
    "pl": "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż",
    "es": "abcdefghijklmnñopqrstuvwxyz",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
}


def key(name: str, language: str) -> tuple[list[int], str]:
    """Return by what a name is sorted: the language's own letters first, then those of other scripts."""
    places = _places(language)
    letters: list[int] = []
    for character in unicodedata.normalize("NFC", name.casefold()):
        if character in places:
            letters.append(places[character])
        else:
            plain = unicodedata.normalize("NFD", character)
            letters += [places.get(each, ord(each)) for each in plain if not unicodedata.combining(each)]
    return letters, name


@cache
def _places(language: str) -> dict[str, int]:
    """Return the places of letters, behind digits and signs, and before the letters of other scripts."""
    own = ALPHABETS.get(language, LATIN)
    rest = LATIN if own[0] not in LATIN else ""
    return {letter: ord("9") + 1 + place for place, letter in enumerate(own + rest)}
