"""SQLite's log is carried over into the database beside the writers, and not while one of them commits."""

import asyncio
import logging
import sqlite3
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

PAUSE = 1.0  # seconds between a write and carrying over
ROUNDS = 4  # how often to go after those who go on writing
FEW = 300  # pages that may come during a round
LONG_LOG = 4_000  # pages (16 MB) after which writers wait a moment, so that the log begins anew
LONGEST_LOG = 20_000  # pages after which a commit carries over by itself, whatever has become of us

logger = logging.getLogger(__name__)


class Checkpoints:
    """Carries over what has been written, a moment later: a commit waits for the log alone."""

    def __init__(self, engine: AsyncEngine, writers: asyncio.Lock) -> None:
        self._engine = engine
        self._writers = writers
        self._next: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None

    def after_a_write(self) -> None:
        """Carry over soon, whether this is the first write or one of many."""
        if self._next is None and self._running is None:
            self._next = asyncio.get_running_loop().call_later(PAUSE, self._begin)

    async def run_once(self) -> None:
        """Carry over what the writers have left behind, until hardly anything has come meanwhile."""
        before = 0
        for _ in range(ROUNDS):
            carried = await self._carry_over()
            if carried - before <= FEW:
                break
            before = carried
        if carried > LONG_LOG:
            async with self._writers:
                await self._carry_over()

    async def close(self) -> None:
        """Finish what is under way. The last connection to close carries over what is left."""
        if self._next is not None:
            self._next.cancel()
        if self._running is not None:
            await self._running

    def _begin(self) -> None:
        self._next, self._running = None, asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self.run_once()
        except (SQLAlchemyError, sqlite3.Error) as error:  # as when the disk is full; the next write brings us back
            logger.warning("what was written could not be carried over: %s", type(error).__name__)
        finally:
            self._running = None

    async def _carry_over(self) -> int:
        """Carry over all that stands in the log by now; return how many pages that are. Waits for nobody."""
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            ((_, _, carried),) = await driver.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
        return int(carried)
