"""When the process is told to stop: what waits wakes up, and who streams ends, since the server waits for them."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def at_once(do: Callable[[], None]) -> Iterator[None]:
    """Have something done in this loop as soon as such a signal comes, before what the server does itself."""
    if threading.current_thread() is not threading.main_thread():  # signals come to the main thread only
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {each: signal.getsignal(each) for each in SIGNALS if callable(signal.getsignal(each))}

    def told(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(do)
        before[number](number, frame)

    for each in before:
        signal.signal(each, told)
    try:
        yield
    finally:
        for each, handler in before.items():
            if signal.getsignal(each) is told:
                signal.signal(each, handler)


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
