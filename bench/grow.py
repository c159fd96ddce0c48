"""The same work with ten thousand letters and with many: what grows, and what does not."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from app.database import Database
from app.models.columns import now
from app.services.counting import recount
from bench import api, fill, growing
from bench.api import Api
from bench.kept import Kept
from bench.load import Run
from bench.sizes import Size, compare

SMALL = 10_000
LETTERS = {"PostgreSQL": 10_000_000, "SQLite": 1_000_000}
SLUG = "grown-7"
LAST = f"grown-{fill.CAMPAIGNS - 1}"  # of the small organisation

Ask = Callable[[Api], Run]


def measure(few: Kept, many: Kept, *, recounted: bool) -> None:
    """Print each figure of both sizes, and their ratio."""
    with ExitStack() as stack:
        sides = [Size(each, stack.enter_context(api.serving(each.url, slug=SLUG))) for each in (few, many)]
        for what, asked in _requests():
            compare(what, *(partial(side.ask, asked) for side in sides))
        for what, (whose, path) in _lists().items():
            compare(what, *(partial(side.ask, _as(getattr(side.kept.keys, whose), path)) for side in sides))
        for what, work in growing.WORK.items():
            compare(what, *(partial(side.work, work, SLUG) for side in sides))
    for each in (few, many) if recounted else ():
        print(f"  recount --check of {each.letters:>10,} letters {asyncio.run(_recount(each.url)):8.1f} s", flush=True)


def _requests() -> Iterator[tuple[str, Ask]]:
    """Yield each kind of request of supporters, and how often it is asked at once."""
    yield "submit", lambda of: of.submit(400)
    yield "confirm", lambda of: of.confirm(400)
    yield "preview", lambda of: of.preview(400)
    yield "metrics", lambda of: of.get("/metrics", 60)
    yield "receipt", lambda of: of.receipts(60)
    for what, path in _public().items():
        yield what, lambda of, path=path: of.get(path, 400)  # type: ignore[misc]


def _as(key: str, path: str) -> Ask:
    return lambda of: of.get(path, 16, Authorization=f"Bearer {key}")


def _public() -> dict[str, str]:
    here = f"/api/v1/campaigns/{SLUG}"
    dimensions = ("country", "office", "language", "channel", "prisoner", "day")
    return {
        "campaign page": here,
        "stats": f"{here}/stats",
        **{f"stats by {each}": f"{here}/stats?by={each}" for each in dimensions},
        "stats by country, 30 days": f"{here}/stats?by=country&from={now().date() - timedelta(days=30)}",
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


async def _recount(url: str) -> float:
    database = Database(url)
    began = time.perf_counter()
    async with database.snapshot() as session:
        found = await recount.differences(session)
    await database.close()
    if found:
        raise RuntimeError(f"{len(found)} counts differ, such as {found[0]}")
    return time.perf_counter() - began
