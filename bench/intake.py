"""Submitting, confirming and previewing against an endpoint that only validates; reading against /health/live."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench import api, load, service
from bench.api import Api
from bench.figures import ROUNDS, WARM, Side, compare
from bench.load import Run

N = 1_000  # requests of a round
SECONDS = 4  # at half the maximum rate
LONGER = 12  # until a worker has dropped the notices of all those who confirmed before theirs was sent


@contextmanager
def bare() -> Iterator[Side]:
    """The endpoint that only validates."""
    with service.serving(sys.executable, "-m", "bench.bare") as (port, pid):

        def validate(n: int) -> Run:
            ready = [load.request("POST", "/letters", body) for body in api.bodies(0, n)]
            return load.measured(load.run(port, ready, expect=202))

        yield Side("validating", validate, pid)


def measure(name: str, database_url: str) -> None:
    """Print every figure of one database."""
    service.prepare(database_url)
    with bare() as framework, api.serving(database_url) as ours:
        live = Side("health/live", lambda n: ours.get("/health/live", n), ours.pid)
        submitted = compare(Side(f"submit, {name}", ours.submit, ours.pid), framework, n=N)
        _keep_unconfirmed(ours)
        compare(Side(f"confirm, {name}", ours.confirm, ours.pid), framework, n=N)
        compare(Side(f"preview, {name}", ours.preview, ours.pid), framework, n=N)
        compare(Side(f"stats, {name}", ours.stats, ours.pid), live, n=N)
        compare(Side(f"campaign page, {name}", lambda n: ours.get(ours.path, n), ours.pid), live, n=N)
        _at_half(ours, submitted / 2, "submit at half that rate")
        with service.lost_in_mail(database_url):
            _at_half(ours, submitted / 2, "… while a worker starts", seconds=LONGER)  # and drops notices that are over
            _at_half(ours, submitted / 2, "… while its mail server is a black hole")
        print(f"memory of the API process {service.memory(ours.pid):7.0f} MB", flush=True)


def _at_half(ours: Api, rate: float, what: str, *, seconds: int = SECONDS) -> None:
    half = ours.submit_paced(int(rate * seconds), rate)
    told = ", ".join(f"p{share * 100:.0f} {half.percentile(share) * 1000:.1f} ms" for share in (0.5, 0.99))
    print(f"{what}  {half.rate:7.0f}/s  {told}", flush=True)


def _keep_unconfirmed(ours: Api) -> None:
    """Have enough to confirm: the rounds of submitting have left as many as the rounds of confirming want."""
    found = len(asyncio.run(ours.unconfirmed(N * ROUNDS + WARM)))
    if found < N * ROUNDS + WARM:
        raise RuntimeError(f"only {found} to confirm")
