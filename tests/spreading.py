"""How several processes share the tests: the longest begin, and what looks at one run stays in one process."""

import pytest
from xdist.scheduler import LoadScopeScheduling

LONGEST = ("tests/test_policies.py", "tests/postfix/", "tests/test_full_disk.py", "tests/test_descriptors.py")
OF_ONE_RUN = ("tests/test_nemesis.py",)


def longest_first(items: list[pytest.Item]) -> None:
    """Put what takes longest to the front, so that at the end no process waits for another."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


class Spread(LoadScopeScheduling):  # type: ignore[misc] # comes without types
    """Each test by itself, but for those of one run, which go first and together.

    `xdist_group` would say it, but xdist 3.8 cannot tell pytest 9.2 of it.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path in OF_ONE_RUN else nodeid
