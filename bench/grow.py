"""The same work with ten thousand letters and with many: what grows, and what does not."""

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

from app.database import Database
from app.delivery import claims
from app.delivery.claims import Lane
from app.services import recount
from bench import api, fill, service
from bench.api import Api
from bench.load import Run

SMALL = 10_000
LETTERS = {"PostgreSQL": 10_000_000, "SQLite": 1_000_000}
ROUNDS = 5
SLUG = "grown-7"
CLAIM = 100
CLAIMS = 20


def measure(name: str, small_url: str, large_url: str, *, letters: int) -> None:
    """Fill both databases, and print each figure of both and their ratio."""
    began = time.perf_counter()
    for url in (small_url, large_url):
        service.prepare(url)
    keys = {url: asyncio.run(fill.fill(url, n)) for url, n in ((small_url, SMALL), (large_url, letters))}
    print(
        f"{name}: {letters:,} letters of {fill.CAMPAIGNS} campaigns in {time.perf_counter() - began:.0f} s", flush=True
    )
    with ExitStack() as stack:
        small, large = (stack.enter_context(api.serving(url, slug=SLUG)) for url in (small_url, large_url))
        _requests(small, large, keys)
    _compare("claims of 100", lambda: _claims(small_url), lambda: _claims(large_url))
    print(f"recount --check of {letters:,} letters: {asyncio.run(_recount(large_url)):.1f} s", flush=True)


def _requests(small: Api, large: Api, keys: dict[str, str]) -> None:
    def campaigns(of: Api, n: int) -> Run:
        return of.get("/api/v1/campaigns?limit=50", n, Authorization=f"Bearer {keys[of.url]}")

    kinds: dict[str, tuple[int, Callable[[Api, int], Run]]] = {
        "submit": (400, Api.submit),
        "confirm": (400, Api.confirm),
        "receipt": (100, Api.receipts),
        "stats": (600, Api.stats),
        "stats by day and country": (300, lambda of, n: of.get(f"{of.path}/stats?by=day&by=country", n)),
        "campaigns listed, as an organiser": (40, campaigns),
    }
    for name, (n, ask) in kinds.items():
        _compare(name, lambda n=n, ask=ask: ask(small, n).rate, lambda n=n, ask=ask: ask(large, n).rate)  # type: ignore[misc]


def _compare(name: str, small: Callable[[], float], large: Callable[[], float]) -> None:
    small(), large()
    pairs = [(small(), large()) for _ in range(ROUNDS)]
    few, many = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(many / few for few, many in pairs)
    print(f"  {name:<36}{few:8.0f}/s with {SMALL:,}   {many:8.0f}/s   ratio {ratio:5.2f}", flush=True)


def _claims(url: str) -> float:
    """Claims a second, each of them taken back."""

    async def some() -> float:
        database = Database(url)
        began = time.perf_counter()
        for _ in range(CLAIMS):
            async with database.reading() as session:
                found = await claims.claim(session, Lane.LETTERS, most=CLAIM, lease_time=900)
                await session.rollback()
            if len(found) != CLAIM:
                raise RuntimeError(f"{len(found)} claims")
        seconds = time.perf_counter() - began
        await database.close()
        return CLAIMS / seconds

    return asyncio.run(some())


async def _recount(url: str) -> float:
    database = Database(url)
    began = time.perf_counter()
    async with database.snapshot() as session:
        found = await recount.differences(session)
    await database.close()
    if found:
        raise RuntimeError(f"{len(found)} counts differ")
    return time.perf_counter() - began
