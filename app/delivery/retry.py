"""When an attempt that failed for now is made again. Pure."""

FACTOR = 4  # each wait is so many times the one before
LONGEST_WAIT = 6 * 3600.0  # seconds
MOST_ATTEMPTS = 24  # with the defaults about five days
JITTER = 0.25  # waits differ by so much, up or down, so that a herd does not come back at once


def wait(attempts: int, *, first: float, chance: float) -> float | None:
    """Return the seconds to wait after so many attempts, or None to give up. `chance` is between 0 and 1."""
    if attempts >= MOST_ATTEMPTS:
        return None
    seconds: float = min(first * FACTOR ** min(attempts - 1, MOST_ATTEMPTS), max(first, LONGEST_WAIT))
    return seconds * (1 + JITTER * (2 * chance - 1))
