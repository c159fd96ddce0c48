"""PostgreSQL's disk is full: a small one of its own, which root alone can make."""

import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy import NullPool, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from app import schema
from app.database import Database
from app.delivery.worker import Worker
from tests.factories import API, published, submission
from tests.postgres import account, own_server
from tests.relay import Relay
from tests.steps import LETTERS, differences, hand_in, how_many, problem, somebody, standing, stats, write

WIDE = 256 * 1024  # kilobytes
LEFT = 256  # kilobytes, when it is nearly full
MOST = 2_000  # submissions that fit into what is left, at the very most


@dataclass
class Disk:
    """A file system in memory."""

    folder: Path

    def resize(self, kilobytes: int) -> None:
        _run("mount", "-o", f"remount,size={kilobytes}k", str(self.folder))

    def leave(self, kilobytes: int) -> None:
        """Let so much be left of it."""
        usage = shutil.disk_usage(self.folder)
        self.resize(usage.used // 1024 + kilobytes)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words


@pytest.fixture
def disk() -> Iterator[Disk]:
    owner = account()
    if owner is None or shutil.which("mount") is None:
        pytest.skip("only root can make a small disk")
    with tempfile.TemporaryDirectory(prefix="small-disk-") as folder:
        try:
            _run("mount", "-t", "tmpfs", "-o", f"size={WIDE}k,mode=700,uid={owner.pw_uid}", "tmpfs", folder)
        except subprocess.CalledProcessError:
            pytest.skip("this machine lets nobody make a small disk")
        yield Disk(Path(folder))
        _run("umount", folder)


@pytest.fixture
async def database_url(disk: Disk) -> AsyncIterator[str]:
    with own_server([]) as server:
        engine = create_async_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.execute(sa.text(f"CREATE TABLESPACE small LOCATION '{disk.folder}'"))
            await connection.execute(sa.text("CREATE DATABASE unsilenced TABLESPACE small"))
        url = make_url(server.url).set(database="unsilenced").render_as_string(hide_password=False)
        database = Database(url := url.replace("%2F", "/"))
        await schema.migrate(database)
        await database.close()
        yield url


async def test_a_full_disk_refuses_and_keeps_what_was_promised(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, disk: Disk
) -> None:
    await published(organiser)
    await write(client)
    disk.leave(LEFT)

    promised = 0
    for n in range(MOST):
        answer = await client.post(API + LETTERS, json=submission(supporter=somebody(f"s{n}")))
        if answer.status_code != 202:
            break
        promised += 1
    problem(answer, 503)
    assert answer.headers["retry-after"]
    assert (await client.get(f"{API}/campaigns")).status_code == 200
    assert await how_many(database, "submission") == 1 + promised
    assert await differences(database) == []

    disk.resize(WIDE)
    await hand_in(client, supporter=somebody("later"))
    await worker.drain()
    assert standing(await stats(client)) == {"unconfirmed": 2 * (promised + 1), "sent": 2}
    assert await differences(database) == []
