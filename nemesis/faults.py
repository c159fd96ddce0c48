"""What is done to the processes, the mail server and the database: drawn by chance, one seed, one sequence."""

import asyncio
import random
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from nemesis.journal import Journal
from nemesis.moods import MOODS
from nemesis.processes import Process
from tests.postgres import Server

SHORTEST, LONGEST = 0.5, 4.0  # seconds that a mood, a lock or a pause lasts
CALM = 2.0  # seconds between two faults of one hand, at most
LULL, LULLS = 12.0, 0.25  # seconds at most of a longer pause for processes, in so many cases: only mail is broken then

Fault = Callable[[], Awaitable[None]]


class Nemesis:
    """Two hands: one for processes and the database, one for the mail server's moods."""

    def __init__(
        self,
        chance: random.Random,
        log: Journal,
        *,
        workers: Sequence[Process],
        api: Process,
        relay: Process,
        lease_time: float,
    ) -> None:
        self._chance = chance
        self._mood = random.Random(chance.random())  # a generator for each hand, so that neither waits for the other
        self._log = log
        self._workers = workers
        self._api = api
        self._relay = relay
        self._lease_time = lease_time
        everybody = {each.name: each for each in (*workers, api, relay)}
        self._faults: list[Fault] = [partial(self._kill, each) for each in (*everybody.values(), *workers, *workers)]
        self._faults += [self._stop_past_the_lease, self._ask_a_worker_to_go, self._stop_the_relay]

    def may_crash(self, server: Server) -> None:
        async def crash_the_database() -> None:
            with self._noted("crash", "database"):
                server.crash()
                await asyncio.sleep(self._chance.uniform(0, 1))
                server.launch()
                await asyncio.to_thread(server.wait_until_ready)

        self._faults += [crash_the_database] * 2

    def may_lock(self, path: Path) -> None:
        async def lock_the_file() -> None:
            with self._noted("lock", "database"):
                seconds = self._chance.uniform(SHORTEST, LONGEST)
                await asyncio.to_thread(_lock, path, seconds)

        self._faults += [lock_the_file] * 2

    async def strike(self, until: float) -> None:
        """Do one thing after another; what was begun is mended again."""
        while time.time() < until:
            pause = LULL if self._chance.random() < LULLS else CALM
            await asyncio.sleep(self._chance.uniform(0, pause))
            await self._chance.choice(self._faults)()

    async def spoil_the_mail(self, until: float) -> None:
        """Let the mail server fall from one mood into another."""
        while time.time() < until:
            await asyncio.sleep(self._mood.uniform(0, CALM))
            name = self._mood.choice(list(MOODS))
            with self._noted("mood", name):
                self._relay.say(name)
                await asyncio.sleep(self._mood.uniform(SHORTEST, LONGEST))
                self._relay.say("")

    async def _kill(self, victim: Process) -> None:
        with self._noted("kill", victim.name):
            victim.kill()
            await asyncio.sleep(self._chance.uniform(0, 1))
            victim.start()

    async def _ask_a_worker_to_go(self) -> None:
        worker = self._chance.choice(self._workers)
        with self._noted("terminate", worker.name):
            if not await worker.go():
                self._log.add(what="did not go in order", whom=worker.name)
            worker.start()

    async def _stop_past_the_lease(self) -> None:
        await self._freeze(self._chance.choice(self._workers), self._lease_time + self._chance.uniform(0, 2))

    async def _stop_the_relay(self) -> None:
        await self._freeze(self._relay, self._chance.uniform(SHORTEST, LONGEST))

    async def _freeze(self, victim: Process, seconds: float) -> None:
        with self._noted("stop", victim.name):
            victim.send(signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                victim.send(signal.SIGCONT)

    @contextmanager
    def _noted(self, what: str, whom: str) -> Iterator[None]:
        """Write a fault down when it is over, with its beginning."""
        began = time.time()
        try:
            yield
        finally:
            self._log.add(what=what, whom=whom, began=began)


def _lock(path: Path, seconds: float) -> None:
    """Be another process that writes to the file, and takes its time."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
