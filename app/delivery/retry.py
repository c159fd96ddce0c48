"""When an attempt that failed for now is made again. Pure."""

FACTOR = 4  # each wait is so many times the one before
MOST_RISES = 20  # after these a wait is the longest, whatever the first
LONGEST_WAIT = 6 * 3600.0  # seconds
PATIENCE = 5 * 86_400.0  # seconds after its first attempt for which a mail is tried
JITTER = 0.25  # waits differ by so much, up or down, so that a herd does not come back at once


def wait(attempts: int, *, first: float, chance: float) -> float:
    """Return the seconds to wait after so many attempts. `chance` is between 0 and 1."""
    seconds: float = min(first * FACTOR ** min(attempts - 1, MOST_RISES), max(first, LONGEST_WAIT))
    return seconds * (1 + JITTER * (2 * chance - 1))


def wait_or_give_up(attempts: int, *, tried_for: float, first: float, chance: float) -> float | None:
    """The same where the first attempt was so many seconds ago. The last one comes when patience ends; then None."""
    if tried_for >= PATIENCE:
        return None
    return min(wait(attempts, first=first, chance=chance), PATIENCE - tried_for)
