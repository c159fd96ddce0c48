"""A mail server that is away is left alone, and then tried with one letter. Pure but for the clock it is given."""

import time
from collections.abc import Callable

ALL = 1_000_000
LONGEST = 300.0  # seconds between two probes


class Breaker:
    """Closed, letters flow. An outage opens it; when the pause is over, one probe decides."""

    def __init__(self, first: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._first = first
        self._clock = clock
        self._outages = 0
        self._until = 0.0
        self._probing = False

    @property
    def is_closed(self) -> bool:
        return self._outages == 0

    @property
    def remaining(self) -> float:
        """Seconds until the next probe."""
        return 0.0 if self.is_closed else max(self._until - self._clock(), 0.0)

    @property
    def room(self) -> int:
        """How many letters are worth claiming: all, one as the next probe, or none."""
        return ALL if self.is_closed else int(not self._probing and not self.remaining)

    def admits(self) -> bool:
        """Tell whether a letter may be tried now; while it is open, who gets a yes is the probe."""
        if self.is_closed:
            return True
        if self._probing or self.remaining:
            return False
        self._probing = True
        return True

    def fell(self, *, probe: bool = False) -> None:
        """The server was away. What was under way at the same time counts as one outage, and is no probe."""
        if probe or self.is_closed:
            self._outages += 1
            self._until = self._clock() + min(self._first * 2 ** min(self._outages - 1, 20), LONGEST)
        if probe:
            self._probing = False

    def stands(self) -> None:
        """The server answered."""
        self._outages = 0
        self._probing = False

    def left(self, *, probe: bool) -> None:
        """A letter ended without an answer about the server."""
        if probe:
            self._probing = False
