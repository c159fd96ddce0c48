"""One run: load and faults together, then quiet, and the line has to drain."""

import asyncio
import random
import shutil
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from sqlmodel import col

from app.database import Database
from app.models.delivery import Delivery
from app.rows.asking import database_now, rows
from app.services.sealing import Keys
from nemesis.faults import Nemesis
from nemesis.journal import Journal
from nemesis.load import SLUG, Public
from nemesis.processes import look_after
from nemesis.scene import LEASE_TIME, OFFICES, SECRET, SLOW, Scene, open_campaign, until_ready
from nemesis.watch import Watch
from tests.factories import API

DRAIN_LIMIT = 180.0  # seconds from the end of the faults
SOON = 2.0  # seconds; what waits longer than this for its next attempt is brought forward
LOOK_EVERY = 0.25  # seconds
RESUME_EVERY = 2.0  # seconds


async def run(scene: Scene, *, seed: str, seconds: float, rate: float) -> None:
    """Load the service and hurt it for so many seconds, then let it drain and stop it. All logs are in the folder."""
    faults = Journal(scene.folder / "faults.jsonl")
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(scene.database.close)
        for each in scene.processes:
            stack.callback(each.kill)
        organiser = await open_campaign(scene)
        stack.push_async_callback(organiser.aclose)
        told = Journal(scene.folder / "client.jsonl")
        public = Public(scene.base_url, Keys(SECRET), told, seed=seed, offices=scene.offices[:OFFICES])
        stack.push_async_callback(public.close)
        watch = Watch(scene.database, Journal(scene.folder / "samples.jsonl"))
        beside = (look_after(scene.processes, faults), watch.run(), public.read(), _keep_open(organiser, faults))
        async with _meanwhile(*beside):
            await _storm(_nemesis(scene, chance, faults), public, until=time.time() + seconds, rate=rate)
            await until_ready(organiser)
            await _lift_the_limit(organiser, scene.offices[-1], faults)
            await _drain(scene, faults)
        await watch.look()
        for each in scene.processes[1:]:
            if not await each.go():
                faults.add(what="did not go in order", whom=each.name)


def _nemesis(scene: Scene, chance: random.Random, faults: Journal) -> Nemesis:
    nemesis = Nemesis(chance, faults, workers=scene.workers, api=scene.api, relay=scene.relay, lease_time=LEASE_TIME)
    if scene.server:
        nemesis.may_crash(scene.server)
    else:
        nemesis.may_lock(scene.folder / "nemesis.db")
    return nemesis


async def _storm(nemesis: Nemesis, public: Public, *, until: float, rate: float) -> None:
    async with asyncio.TaskGroup() as together:
        together.create_task(public.write(until, rate=rate))
        together.create_task(nemesis.strike(until))
        together.create_task(nemesis.spoil_the_mail(until))


async def _keep_open(organiser: httpx.AsyncClient, faults: Journal) -> None:
    """Be the organiser who looks now and then, and lets a campaign go on that the service has paused by itself."""
    while True:
        await asyncio.sleep(RESUME_EVERY)
        with suppress(httpx.TransportError):
            if (await organiser.post(f"{API}/campaigns/{SLUG}/resume")).is_success:
                faults.add(what="resumed")


async def _lift_the_limit(organiser: httpx.AsyncClient, office_id: str, faults: Journal) -> None:
    """Be the organiser who has agreed with the slow office that it may get all that waits for it."""
    began = time.time()
    answer = await organiser.patch(f"{API}/officials/{office_id}", json={"hourly_limit": None})
    answer.raise_for_status()
    faults.add(what="limit lifted", began=began, office_id=office_id, limit=SLOW)


async def _drain(scene: Scene, faults: Journal) -> None:
    """Wait until nothing waits. Long waits between attempts, which the storm has caused, are cut short."""
    calm = time.time()
    forward = 0
    while time.time() < calm + DRAIN_LIMIT:
        waiting, soon = await _waiting(scene.database)
        if not waiting:
            break
        if not soon:
            forward += await _bring_forward(scene.database)
        await asyncio.sleep(LOOK_EVERY)
    faults.add(what="drained", began=calm, brought_forward=forward, left=waiting)


async def _waiting(database: Database) -> tuple[int, int]:
    """Return how many deliveries wait, and how many of them will be tried soon or are in somebody's hand."""
    due_at, lease = col(Delivery.due_at), col(Delivery.lease)
    soon = sa.func.sum(sa.case((sa.or_(due_at < database_now(SOON), lease.is_not(None)), 1), else_=0))
    async with database.reading() as session:
        ((waiting, soon_due),) = await rows(session, sa.select(sa.func.count(), soon).where(due_at.is_not(None)))
    return waiting, soon_due or 0


async def _bring_forward(database: Database) -> int:
    late = sa.update(Delivery).where(col(Delivery.due_at) > database_now(SOON), col(Delivery.lease).is_(None))
    async with database.transaction() as session:
        return len(await rows(session, late.values(due_at=database_now()).returning(col(Delivery.id))))


@asynccontextmanager
async def _meanwhile(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do these beside, until the block ends; what goes wrong in them is not passed over."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def fresh(folder: Path) -> Path:
    """Return the folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
