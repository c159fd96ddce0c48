"""When a process has started: what it has made by then stays, and is not searched for garbage again and again."""

import gc

GARBAGE = (20_000, 20, 50)  # new objects before the youngest are searched, then how often before the older ones


def has_started() -> None:
    """Keep what there is out of all searches for garbage, and search the rest seldom."""
    gc.freeze()
    gc.set_threshold(*GARBAGE)
