"""Both sides of a figure, measured in turn, so that whatever else the machine does falls on both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench import service
from bench.load import Run

ROUNDS = 5
WARM = 200


@dataclass(frozen=True)
class Side:
    """What is asked, and the process that answers."""

    name: str
    ask: Callable[[int], Run]
    pid: int

    def measure(self, n: int) -> tuple[Run, float]:
        """Return a run, and the CPU time of the process for one request, which other processes hardly disturb."""
        before = service.cpu(self.pid)
        run = self.ask(n)
        return run, (service.cpu(self.pid) - before) / n


def compare(ours: Side, theirs: Side, *, n: int, rounds: int = ROUNDS) -> float:
    """Run both sides in turn, each with so many requests, after a warm-up; print medians, and return our rate."""
    for side in (theirs, ours):
        side.ask(WARM)
    pairs = [(ours.measure(n), theirs.measure(n)) for _ in range(rounds)]
    rate = median(own.rate for (own, _), _ in pairs)
    ratio = median(own.rate / other.rate for (own, _), (other, _) in pairs)
    p99 = median(own.percentile(0.99) for (own, _), _ in pairs)
    own_cpu, other_cpu = (median(pair[side][1] for pair in pairs) for side in (0, 1))
    print(
        f"{ours.name:<26}{rate:7.0f}/s  {ratio:5.2f} of {theirs.name:<12} p99 {p99 * 1000:6.1f} ms"
        f"   CPU {own_cpu * 1e6:5.0f} µs, {other_cpu / own_cpu:5.2f} of {other_cpu * 1e6:4.0f} µs",
        flush=True,
    )
    return rate
