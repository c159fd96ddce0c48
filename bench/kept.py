"""Databases that are filled once, and kept: measured as often as one likes, and migrated like any other."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

from bench import service
from bench.fill import CAMPAIGNS, Keys, fill_database
from tests.postgres import own_server

MARK = "filled.json"  # written last
MEASURED = ["--shared_buffers=2GB", "--max_wal_size=4GB"]
FILLING = [  # what is half made is thrown away
    "--fsync=off",
    "--full_page_writes=off",
    "--synchronous_commit=off",
    "--wal_level=minimal",
    "--max_wal_senders=0",
    "--checkpoint_timeout=30min",
    "--autovacuum=off",
    "--maintenance_work_mem=1GB",
]


@dataclass(frozen=True)
class Kept:
    """A filled database."""

    url: str
    letters: int
    keys: Keys
    server: int | None  # the first process of PostgreSQL


@contextmanager
def opened(name: str, folder: Path, letters: int) -> Iterator[Kept]:
    """Yield what lies in the folder, migrated to this edition; it is filled first if there is nothing."""
    made = fill(name, folder, letters)
    mark = made / MARK
    with _running(name, made, MEASURED) as (url, server):
        service.run("migrate", url)
        yield Kept(url, letters, Keys(**json.loads(mark.read_text())), server)


def fill(name: str, folder: Path, letters: int) -> Path:
    """Have a database with so many letters in the folder; return where."""
    made = folder.absolute() / f"{name.lower()}-{letters}"
    if not made.exists():
        _fill(name, made, letters)
    if not (made / MARK).exists():
        raise RuntimeError(f"{made} was not filled to its end: remove it")
    return made


def _fill(name: str, made: Path, letters: int) -> None:
    made.mkdir(parents=True)
    with _running(name, made, MEASURED + FILLING) as (url, _):
        began = time.perf_counter()
        service.prepare(url)
        keys = asyncio.run(fill_database(url, letters))
        seconds = time.perf_counter() - began
    (made / MARK).write_text(json.dumps(asdict(keys)))
    print(f"{name}: {letters:,} letters of {CAMPAIGNS} campaigns in {seconds:.0f} s", flush=True)


@contextmanager
def _running(name: str, made: Path, options: list[str]) -> Iterator[tuple[str, int | None]]:
    if name == "SQLite":
        yield f"sqlite+aiosqlite:///{made}/kept.db", None
        return
    with own_server(options, kept=made) as server:
        yield server.url, server.pid
        asyncio.run(_write_out(server.url))


async def _write_out(url: str) -> None:
    """Have everything on disk before the server is told to stop, which is not given long."""
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    await connection.execute("CHECKPOINT", timeout=600)
    await connection.close()
