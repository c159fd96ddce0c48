"""Prisoners' names as a language writes, declines and joins them."""

from dataclasses import dataclass
from functools import lru_cache

from babel.lists import format_list

SOUNDS_LIKE_I = ("i", "í", "hi", "hí")  # before them, Spanish says "e" for "and"
DIPHTHONGS = ("hia", "hie", "ia", "ie", "io")


class MissingForm(LookupError):
    """A case of a name that nobody knows; the text must do with another sentence."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, or several joined. As text: in the nominative."""

    text: str
    forms: tuple[tuple[str, str], ...] = ()  # case, form

    def __str__(self) -> str:
        return self.text

    def case(self, case: str) -> str:
        """Return the name in this case, or raise MissingForm."""
        for known, form in self.forms:
            if known == case:
                return form
        raise MissingForm(case)


@lru_cache(maxsize=4_096)
def joined(names: tuple[Name, ...], language: str) -> Name:
    """Return several names as one, with the case forms that all of them have."""
    if len(names) == 1:
        return names[0]
    cases = [case for case, _ in names[0].forms if all(case in dict(name.forms) for name in names)]
    return Name(
        _list([name.text for name in names], language),
        tuple((case, _list([name.case(case) for name in names], language)) for case in cases),
    )


def _list(texts: list[str], language: str) -> str:
    text = format_list(texts, locale=language.replace("-", "_"))
    if language.startswith("es") and _begins_with_i(texts[-1]):
        text = f"{text.removesuffix(f' y {texts[-1]}')} e {texts[-1]}"
    return text


def _begins_with_i(name: str) -> bool:
    return name.casefold().startswith(SOUNDS_LIKE_I) and not name.casefold().startswith(DIPHTHONGS)
