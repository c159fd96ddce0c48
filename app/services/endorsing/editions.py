"""Which demands an organisation has signed. Commas and capitals make no other demands; another word does. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

Demands = Mapping[str, Sequence[str]]  # per language, in order

WORDS = re.compile(r"\w+")
EDITION_LENGTH = 16  # characters


def edition(demands: Demands) -> str:
    """Return what stands for these demands, to the letter."""
    text = json.dumps({language: list(each) for language, each in demands.items()}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:EDITION_LENGTH]


def same(one: Demands, other: Demands) -> bool:
    """Tell whether both demand the same, in every language that both have: another translation is no other demand."""
    shared = one.keys() & other.keys()
    return bool(shared) and all(_folded(one[each]) == _folded(other[each]) for each in shared)


def was_signed(signed: Iterable[Demands], demands: Demands) -> bool:
    """Tell whether these demands are among those that were signed."""
    return any(same(each, demands) for each in signed)


def difference(before: Demands, after: Demands, language: str) -> tuple[list[str], list[str]]:
    """Return what is no longer demanded, and what is newly, in a language that both have."""
    shared = [each for each in (language, *after) if each in before and each in after]
    if not shared:
        return [], list(after.get(language) or next(iter(after.values()), []))
    old, new = before[shared[0]], after[shared[0]]
    return [each for each in old if _words(each) not in _folded(new)], [
        each for each in new if _words(each) not in _folded(old)
    ]


def _folded(demands: Sequence[str]) -> list[list[str]]:
    return [_words(each) for each in demands]


def _words(demand: str) -> list[str]:
    return WORDS.findall(demand.casefold())
