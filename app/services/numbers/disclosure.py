"""What the numbers may name without telling of single people. Pure."""

from collections.abc import Iterable, Mapping

FEWEST = 5  # supporters of a country below which it is not shown by name
OTHERS = "other"


def named(supporters: Mapping[str, int], countries: Iterable[str]) -> frozenset[str]:
    """Return the countries of enough people. What is not named is one number, and says of nobody where they live."""
    return frozenset(country for country in countries if supporters.get(country, 0) >= FEWEST)


def together(counted: Mapping[str, int], names: frozenset[str]) -> dict[str, int]:
    """Return the counts of countries, all that are not named as one."""
    shown: dict[str, int] = {}
    for country, n in sorted(counted.items()):
        if n:
            shown_as = country if country in names else OTHERS
            shown[shown_as] = shown.get(shown_as, 0) + n
    return shown
