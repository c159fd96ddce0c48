"""Submissions a second on both databases, against an endpoint that only validates the same body."""

import asyncio
import sys
from collections.abc import Iterator

from bench import load, service

SLUG = "belarus-kolesnikova-karnei"
WARM = 200
SUBMISSIONS = 3_000


def bodies(first: int, n: int) -> Iterator[dict[str, object]]:
    for number in range(first, first + n):
        supporter = {
            "name": f"Ada Example {number}",
            "email": f"ada{number}@example.org",
            "country": "DE",
            "city": "Berlin",
        }
        yield {
            "supporter": supporter,
            "consent": {"send": True},
            "paragraph": "As a nurse I know what missing treatment means.",
        }


def bare() -> float:
    """Requests a second of the endpoint that only validates."""
    with service.serving(sys.executable, "-m", "bench.bare") as (port, _):
        for first, n in ((0, WARM), (WARM, SUBMISSIONS)):
            run = asyncio.run(
                load.run(port, (load.request("POST", "/letters", body) for body in bodies(first, n)), expect=202)
            )
    return run.rate


def submissions(database_url: str) -> tuple[load.Run, float]:
    """One API process without a worker: the run, and its memory at the end in MB."""
    service.prepare(database_url)
    command = (service.COMMAND, "serve", "--no-worker")
    path = f"/api/v1/campaigns/{SLUG}/letters"
    with service.serving(*command, env=service.environment(database_url)) as (port, pid):
        for first, n in ((0, WARM), (WARM, SUBMISSIONS)):
            run = asyncio.run(
                load.run(port, (load.request("POST", path, body) for body in bodies(first, n)), expect=202)
            )
        return run, service.memory(pid)
