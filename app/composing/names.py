"""Prisoners' names as a language writes and declines them."""

from collections.abc import Sequence
from functools import lru_cache

from babel.lists import format_list

from app.composing.brief import BriefPrisoner


class MissingForm(LookupError):
    """A case of a name that nobody has stored; the text must do with another sentence."""


class Names:
    """The names of those whom a letter is about. As text: in the nominative, joined as the language joins a list."""

    def __init__(self, prisoners: Sequence[BriefPrisoner], language: str) -> None:
        self._prisoners = prisoners
        self._language = language
        stored = (frozenset(prisoner.cases.get(language, ())) for prisoner in prisoners)
        self.cases = frozenset.intersection(*stored)  # those that every one of them has

    def __str__(self) -> str:
        return _joined(
            tuple(prisoner.names.get(self._language, prisoner.name) for prisoner in self._prisoners), self._language
        )

    def case(self, case: str) -> str:
        """Return the names in this case, or raise MissingForm."""
        if case not in self.cases:
            raise MissingForm(case)
        return _joined(tuple(prisoner.cases[self._language][case] for prisoner in self._prisoners), self._language)


@lru_cache(maxsize=4_096)
def _joined(names: tuple[str, ...], language: str) -> str:
    return names[0] if len(names) == 1 else format_list(names, locale=language.replace("-", "_"))
