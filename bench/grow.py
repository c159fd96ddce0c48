"""The same work with ten thousand letters and with many: what grows, and what does not."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from statistics import median

from app.database import Database
from app.services import recount
from bench import api, fill, growing, service
from bench.api import Api
from bench.fill import Keys
from bench.growing import Filled

SMALL = 10_000
LETTERS = {"PostgreSQL": 10_000_000, "SQLite": 1_000_000}
ROUNDS = 5
SLUG = "grown-7"
LAST = f"grown-{fill.CAMPAIGNS - 1}"  # of the small organisation

Measure = Callable[[], float]  # how often in a second


def measure(name: str, small_url: str, large_url: str, *, letters: int) -> None:
    """Fill both databases, and print each figure of both and their ratio."""
    keys = {url: _filled(name, url, n) for url, n in ((small_url, SMALL), (large_url, letters))}
    with ExitStack() as stack:
        sides = [stack.enter_context(api.serving(url, slug=SLUG)) for url in (small_url, large_url)]
        for what, small, large in _both(*sides, keys):
            _compare(what, small, large)
    for what, work in growing.WORK.items():
        _compare(what, *(partial(_work, work, url) for url in (small_url, large_url)))
    for url, n in ((small_url, SMALL), (large_url, letters)):
        print(f"  recount --check of {n:>10,} letters {asyncio.run(_recount(url)):8.1f} s", flush=True)


def _filled(name: str, url: str, letters: int) -> Keys:
    service.prepare(url)
    began = time.perf_counter()
    keys = asyncio.run(fill.fill(url, letters))
    seconds = time.perf_counter() - began
    print(f"{name}: {letters:,} letters of {fill.CAMPAIGNS} campaigns in {seconds:.0f} s", flush=True)
    return keys


def _both(small: Api, large: Api, keys: Mapping[str, Keys]) -> Iterator[tuple[str, Measure, Measure]]:
    """Yield each kind of request, and how both sides are asked for it."""
    for what, n, ask in (
        ("submit", 400, Api.submit),
        ("confirm", 400, Api.confirm),
        ("preview", 300, Api.preview),
        ("receipt", 100, Api.receipts),
    ):
        yield what, *(lambda of=of, n=n, ask=ask: ask(of, n).rate for of in (small, large))  # type: ignore[misc]
    for what, path in _public().items():
        yield what, *(lambda of=of, path=path: of.get(path, 200).rate for of in (small, large))  # type: ignore[misc]
    for what, (whose, path) in _lists().items():
        yield (
            what,
            *(
                lambda of=of, path=path, whose=whose: (
                    of.get(  # type: ignore[misc]
                        path, 40, Authorization=f"Bearer {getattr(keys[of.url], whose)}"
                    ).rate
                )
                for of in (small, large)
            ),
        )


def _public() -> dict[str, str]:
    here = f"/api/v1/campaigns/{SLUG}"
    dimensions = ("country", "office", "language", "channel", "prisoner", "day")
    return {
        "campaign page": here,
        "stats": f"{here}/stats",
        **{f"stats by {each}": f"{here}/stats?by={each}" for each in dimensions},
        "stats by country, 30 days": f"{here}/stats?by=country&from=2026-10-20",
        "metrics": "/metrics",
    }


def _lists() -> dict[str, tuple[str, str]]:
    letters = "/api/v1/letters?limit=50"
    stages = ("queued", "held", "failed", "ready", "sent", "unconfirmed")
    return {
        "campaigns, of 197": ("large", "/api/v1/campaigns?limit=50"),
        "letters of 197 campaigns": ("large", letters),
        **{f"{stage} letters of 197 campaigns": ("large", f"{letters}&stage={stage}") for stage in stages},
        "letters of 3 campaigns": ("small", letters),
        "held letters of 3 campaigns": ("small", f"{letters}&stage=held"),
        "letters of one campaign": ("large", f"{letters}&campaign={SLUG}"),
        "failed letters of one campaign": ("large", f"{letters}&campaign={SLUG}&stage=failed"),
        "queue of one campaign": ("large", f"/api/v1/campaigns/{SLUG}/queue"),
        "print runs": ("large", f"/api/v1/campaigns/{SLUG}/print-runs"),
        "offices": ("large", "/api/v1/officials?limit=50"),
        "audit": ("large", "/api/v1/audit?limit=50"),
    }


def _compare(what: str, small: Measure, large: Measure) -> None:
    small(), large()
    pairs = [(small(), large()) for _ in range(ROUNDS)]
    few, many = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(many / few for few, many in pairs)
    print(f"  {what:<36}{few:9.1f}/s with {SMALL:,}   {many:9.1f}/s   ratio {ratio:5.2f}", flush=True)


def _work(work: Callable[[Database, Filled], Awaitable[None]], url: str) -> float:
    async def some() -> float:
        database = Database(url)
        filled = await growing.filled(database, SLUG)
        await work(database, filled)
        began = time.perf_counter()
        for _ in range(growing.TIMES):
            await work(database, filled)
        seconds = time.perf_counter() - began
        await database.close()
        return growing.TIMES / seconds

    return asyncio.run(some())


async def _recount(url: str, campaign_id: uuid.UUID | None = None) -> float:
    database = Database(url)
    began = time.perf_counter()
    async with database.snapshot() as session:
        found = await recount.differences(session, campaign_id)
    await database.close()
    if found:
        raise RuntimeError(f"{len(found)} counts differ, such as {found[0]}")
    return time.perf_counter() - began
