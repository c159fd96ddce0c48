"""Submitting, confirming and previewing against an endpoint that only validates; reading against /health/live."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench import api, load, service
from bench.api import Api
from bench.figures import ROUNDS, compare
from bench.load import Run

N = 2_000  # requests of a round
SECONDS = 4  # at half the maximum rate


class Bare:
    """The endpoint that only validates."""

    def __init__(self, port: int) -> None:
        self.port = port

    def validate(self, n: int) -> Run:
        ready = [load.request("POST", "/letters", body) for body in api.bodies(0, n)]
        return asyncio.run(load.run(self.port, ready, expect=202))


@contextmanager
def bare() -> Iterator[Bare]:
    with service.serving(sys.executable, "-m", "bench.bare") as (port, _):
        yield Bare(port)


def measure(name: str, database_url: str) -> None:
    """Print every figure of one database."""
    service.prepare(database_url)
    with bare() as framework, api.serving(database_url) as ours:
        submitted = compare(f"submit, {name}", ours.submit, "validating", framework.validate, n=N)
        print(submitted, flush=True)
        _keep_unconfirmed(ours)
        print(compare(f"confirm, {name}", ours.confirm, "validating", framework.validate, n=N), flush=True)
        print(compare(f"preview, {name}", ours.preview, "validating", framework.validate, n=N), flush=True)

        def live(n: int) -> Run:
            return ours.get("/health/live", n)

        print(compare(f"stats, {name}", ours.stats, "health/live", live, n=N), flush=True)
        print(compare(f"campaign page, {name}", lambda n: ours.get(ours.path, n), "health/live", live, n=N), flush=True)
        half = ours.submit_paced(int(submitted.rate / 2 * SECONDS), submitted.rate / 2)
        told = " ".join(f"{share:.0%} {half.percentile(share) * 1000:.1f} ms" for share in (0.5, 0.99))
        print(f"submit at half the rate, {name:<16} {half.rate:8.0f}/s   {told}")
        print(f"memory of the API process, {name:<14} {service.memory(ours.pid):8.0f} MB", flush=True)


def _keep_unconfirmed(ours: Api) -> None:
    """Have enough to confirm: the rounds of submitting have left as many as the rounds of confirming want."""
    found = len(asyncio.run(ours.unconfirmed(N * ROUNDS + 200)))
    if found < N * ROUNDS + 200:
        raise RuntimeError(f"only {found} to confirm")
