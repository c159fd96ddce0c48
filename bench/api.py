"""One API process without a worker, and requests of each kind to it."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from app.config import Settings
from app.database import Database
from app.models.submission import Submission
from app.rows.asking import rows, table_of
from app.services.sealing import Keys
from bench import load, service
from bench.load import Run

SLUG = "belarus-kolesnikova-karnei"
KEYS = Keys(Settings(_env_file=None).secret_key)


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


class Api:
    """A running service, and a number for the next supporter."""

    def __init__(self, port: int, pid: int, database_url: str, slug: str = SLUG) -> None:
        self.port, self.pid, self.url = port, pid, database_url
        self.path = f"/api/v1/campaigns/{slug}"
        self.next = int(time.time()) * 1_000  # nobody wrote before, not even to a database that was measured already

    def new(self, n: int) -> list[dict[str, object]]:
        self.next += n
        return list(bodies(self.next - n, n))

    def submit(self, n: int) -> Run:
        ready = [
            load.request("POST", f"{self.path}/letters", body, Idempotency_Key=uuid.uuid4().hex) for body in self.new(n)
        ]
        return load.measured(load.run(self.port, ready, expect=202))

    def submit_paced(self, n: int, rate: float) -> Run:
        ready = [load.request("POST", f"{self.path}/letters", body) for body in self.new(n)]
        return load.measured(load.paced(self.port, ready, rate=rate, expect=202))

    def confirm(self, n: int) -> Run:
        """Confirm submissions that are not confirmed yet; there must be as many."""
        tokens = [KEYS.token_for(each) for each in asyncio.run(self.unconfirmed(n))]
        ready = [load.request("POST", f"/api/v1/confirmations/{token}") for token in tokens]
        return load.measured(load.run(self.port, ready, expect=200))

    def preview(self, n: int) -> Run:
        ready = [load.request("POST", f"{self.path}/letters/preview", body) for body in self.new(n)]
        return load.measured(load.run(self.port, ready, expect=200))

    def get(self, path: str, n: int, expect: int = 200, **headers: str) -> Run:
        ready = [load.request("GET", path, **headers)] * n
        return load.measured(load.run(self.port, ready, expect=expect))

    def stats(self, n: int) -> Run:
        return self.get(f"{self.path}/stats", n)

    def receipts(self, n: int) -> Run:
        tokens = [KEYS.token_for(each) for each in asyncio.run(self.newest(n))]
        ready = [load.request("GET", f"/api/v1/receipts/{token}") for token in tokens]
        return load.measured(load.run(self.port, ready, expect=200))

    async def unconfirmed(self, n: int) -> list[uuid.UUID]:
        return await self._ids(n, table_of(Submission).c.confirmed_at.is_(None))

    async def newest(self, n: int) -> list[uuid.UUID]:
        return await self._ids(n, table_of(Submission).c.sealed.is_not(None))

    async def _ids(self, n: int, which: sa.ColumnElement[bool]) -> list[uuid.UUID]:
        table = table_of(Submission)
        database = Database(self.url)
        async with database.reading() as session:
            found = await rows(session, sa.select(table.c.id).where(which).order_by(table.c.id.desc()).limit(n))
        await database.close()
        return [id_ for (id_,) in found]


@contextmanager
def serving(database_url: str, *, slug: str = SLUG) -> Iterator[Api]:
    """Serve a database that is prepared."""
    command = (service.COMMAND, "serve", "--no-worker")
    with service.serving(*command, env=service.environment(database_url)) as (port, pid):
        yield Api(port, pid, database_url, slug)
