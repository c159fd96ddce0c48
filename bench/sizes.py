"""The same asked of few letters and of many, in turn: how often in a second, and what it costs in processor time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median

from app.database import Database
from bench import growing, service
from bench.api import Api
from bench.growing import Filled
from bench.kept import Kept
from bench.load import Run

ROUNDS = 5


@dataclass(frozen=True)
class Cost:
    """What one of many came to."""

    rate: float  # a second
    cpu: float  # seconds, of our process and of the database's

    def of(self, few: "Cost") -> "Cost":
        """Return the ratios to few letters: above 1 is better with many."""
        return Cost(self.rate / few.rate, few.cpu / max(self.cpu, 1e-9))


@dataclass(frozen=True)
class Size:
    """A filled database, and the service on it."""

    kept: Kept
    api: Api

    def ask(self, asked: Callable[[Api], Run]) -> Cost:
        before = self._cpu()
        run = asked(self.api)
        return Cost(run.rate, (self._cpu() - before) / run.requests)

    def work(self, work: Callable[[Database, Filled], Awaitable[None]], slug: str) -> Cost:
        return asyncio.run(self._work(work, slug))

    def _cpu(self) -> float:
        return service.cpu(self.api.pid) + self._server_cpu()

    def _server_cpu(self) -> float:
        return service.cpu_with_children(self.kept.server) if self.kept.server else 0.0

    async def _work(self, work: Callable[[Database, Filled], Awaitable[None]], slug: str) -> Cost:
        database = Database(self.kept.url)
        filled = await growing.filled(database, slug)
        await work(database, filled)
        began, before = time.perf_counter(), time.process_time() + self._server_cpu()
        for _ in range(growing.TIMES):
            await work(database, filled)
        seconds, cpu = time.perf_counter() - began, time.process_time() + self._server_cpu() - before
        await database.close()
        return Cost(growing.TIMES / seconds, cpu / growing.TIMES)


def compare(what: str, small: Callable[[], Cost], large: Callable[[], Cost]) -> None:
    """Print medians of rounds in turn, after a warm-up, and the medians of their ratios."""
    small(), large()
    pairs = [(small(), large()) for _ in range(ROUNDS)]
    few, many = (_median(side) for side in zip(*pairs, strict=True))
    ratio = _median([of_many.of(of_few) for of_few, of_many in pairs])
    print(
        f"  {what:<36}{few.rate:9.1f}/s {many.rate:9.1f}/s  ratio {ratio.rate:5.2f}"
        f"   CPU {few.cpu * 1000:9.2f} ms {many.cpu * 1000:9.2f} ms  ratio {ratio.cpu:5.2f}",
        flush=True,
    )


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(median(each.rate for each in costs), median(each.cpu for each in costs))
