"""SQLite's log is carried over into the database beside the writers."""

import asyncio
from pathlib import Path

import sqlalchemy as sa

from app.checkpoints import LONG_LOG, Checkpoints
from app.database import Database

PAGE = 4096  # bytes
BY_ITSELF = 1_000  # pages after which SQLite would have carried over within a commit


async def _write(database: Database, pages: int) -> None:
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(sa.text("CREATE TABLE IF NOT EXISTS filling (bytes BLOB)"))
        await connection.execute(sa.text("INSERT INTO filling VALUES (randomblob(:n))"), {"n": pages * PAGE})


async def test_a_commit_carries_nothing_over_and_a_moment_later_it_is_done(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/kept.db")
    await _write(database, 2 * BY_ITSELF)
    assert (tmp_path / "kept.db").stat().st_size < BY_ITSELF * PAGE

    await Checkpoints(database.engine, asyncio.Lock()).run_once()
    assert (tmp_path / "kept.db").stat().st_size > 2 * BY_ITSELF * PAGE
    await database.close()


async def test_a_long_log_begins_anew(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/kept.db")
    await _write(database, LONG_LOG + 1)
    await Checkpoints(database.engine, asyncio.Lock()).run_once()
    long = (tmp_path / "kept.db-wal").stat().st_size

    await _write(database, BY_ITSELF)
    assert (tmp_path / "kept.db-wal").stat().st_size == long
    await database.close()
