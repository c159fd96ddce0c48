"""What takes long tells how far it is."""

import time
from datetime import UTC, datetime, timedelta

TELLING = 10.0  # seconds between two lines of progress


class Progress:
    """How much is done, and when all of it will be."""

    def __init__(self, what: str, number: int) -> None:
        self.what, self.number, self.done = what, number, 0
        self.began = self.told = time.monotonic()

    def one_more(self) -> None:
        self.done += 1
        if time.monotonic() - self.told > TELLING:
            self.told = time.monotonic()
            left = timedelta(seconds=(self.told - self.began) / self.done * (self.number - self.done))
            until = (datetime.now(UTC) + left).strftime("%H:%M")
            print(f"  {self.done:,} of {self.number:,} {self.what}, the last at about {until} UTC", flush=True)
