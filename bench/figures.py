"""Both sides of a figure, measured in turn, so that whatever else the machine does falls on both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.load import Run

ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """What was measured beside what it is compared with: medians of several rounds."""

    name: str
    rate: float
    against: str
    other: float
    ratio: float
    p99: float

    def __str__(self) -> str:
        return (
            f"{self.name:<42}{self.rate:8.0f}/s   {self.against} {self.other:8.0f}/s   ratio {self.ratio:5.2f}"
            f"   p99 {self.p99 * 1000:5.1f} ms"
        )


def compare(
    name: str, ours: Callable[[int], Run], against: str, theirs: Callable[[int], Run], *, n: int, rounds: int = ROUNDS
) -> Figure:
    """Run both sides in turn, each with so many requests, after a warm-up."""
    theirs(200), ours(200)
    pairs = [(theirs(n), ours(n)) for _ in range(rounds)]
    return Figure(
        name,
        median(own.rate for _, own in pairs),
        against,
        median(other.rate for other, _ in pairs),
        median(own.rate / other.rate for other, own in pairs),
        median(own.percentile(0.99) for _, own in pairs),
    )
