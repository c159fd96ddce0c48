"""Where it happens: the processes, wired to each other and to one database, all on this machine."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from app.config import PROJECT
from app.database import Database
from app.services.team import organisers
from bench.service import free_port
from nemesis.processes import UNSILENCED, Process
from tests.factories import office, published
from tests.postgres import Server, own_server

SECRET = "a-secret-for-the-nemesis-of-enough-length-0123456789"
LEASE_TIME = 6.0  # seconds
OFFICES = 3
SLOW = 600  # letters an hour, to one office more
SETTINGS = {
    "UNSILENCED_SECRET_KEY": SECRET,
    "UNSILENCED_LEASE_TIME": str(LEASE_TIME),
    "UNSILENCED_RETRY_FIRST": "0.1",
    "UNSILENCED_FINAL_TIMEOUT": str(LEASE_TIME / 2),
    "UNSILENCED_OFFICE_HOURLY_LIMIT": "1000000",  # no limit to those without one of their own
    "UNSILENCED_ORGANISATION_DAILY_LIMIT": "1000000",
    "UNSILENCED_RATE_LIMITS": "off",
    "UNSILENCED_PROOF_OF_WORK": "off",
}


@dataclass
class Scene:
    folder: Path
    database: Database
    server: Server | None  # of PostgreSQL
    base_url: str
    api: Process
    workers: list[Process]
    relay: Process
    offices: list[str] = field(default_factory=list)  # their ids, when the campaign is open; the slow one comes last

    @property
    def processes(self) -> list[Process]:
        return list({id(each): each for each in (self.relay, self.api, *self.workers)}.values())


@contextmanager
def database_server(kind: str) -> Iterator[Server | None]:
    """A PostgreSQL that keeps what it says it keeps, or nothing: SQLite needs none."""
    if kind == "sqlite":
        yield None
        return
    with own_server([]) as server:
        yield server


def scene(folder: Path, server: Server | None, *, seed: str, together: bool) -> Scene:
    """Return everything in its place, not started. `together`: on SQLite, the API delivers in its own process."""
    url = server.url if server else f"sqlite+aiosqlite:///{folder}/nemesis.db"
    port = free_port()
    names = ["work-1", "work-2"] if server else ["api" if together else "work-1"]
    ports = {name: free_port() for name in names}
    settings = SETTINGS | {"UNSILENCED_DATABASE_URL": url, "UNSILENCED_BASE_URL": f"http://127.0.0.1:{port}"}
    mailing = {name: settings | {"UNSILENCED_SMTP_URL": f"smtp://127.0.0.1:{ports[name]}"} for name in names}
    serve = [UNSILENCED, "serve", "--port", str(port)]
    apart = [] if together and not server else ["--no-worker"]
    nowhere = settings | {"UNSILENCED_SMTP_URL": "smtp://127.0.0.1:9"}
    api = Process("api", serve + apart, folder, mailing.get("api", nowhere))
    workers = [api if name == "api" else Process(name, [UNSILENCED, "work"], folder, mailing[name]) for name in names]
    relay = _relay(folder, ports, seed=seed)
    migrate = [UNSILENCED, "migrate"]
    subprocess.run(migrate, env=os.environ | settings, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60)
    return Scene(folder, Database(url), server, settings["UNSILENCED_BASE_URL"], api, workers, relay)


def _relay(folder: Path, ports: dict[str, int], *, seed: str) -> Process:
    command = [sys.executable, "-m", "nemesis.relay", "--log", str(folder / "relay.jsonl"), "--seed", f"{seed} relay"]
    listening = [f"{worker}={port}" for worker, port in ports.items()]
    return Process("relay", [*command, *listening], folder, {"PYTHONPATH": str(PROJECT)})


async def open_campaign(scene: Scene) -> httpx.AsyncClient:
    """Start everything, publish a campaign to some offices, of which one is slow, and return its organiser."""
    for each in scene.processes:
        each.start()
    async with scene.database.transaction() as session:
        key = await organisers.create(session, organisation="Committee", name="Olga Organiser")
    organiser = httpx.AsyncClient(base_url=scene.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    await until_ready(organiser)
    offices = [office(emails=[{"address": f"office@by{n}.example.org"}]) for n in range(OFFICES)]
    offices.append(office(emails=[{"address": "office@slow.example.org"}], hourly_limit=SLOW))
    scene.offices = (await published(organiser, offices=offices, embassies_of=[]))["offices"]
    return organiser


async def until_ready(client: httpx.AsyncClient) -> None:
    """Wait until the API answers, and its database too."""
    async with asyncio.timeout(60):
        while True:
            try:
                if (await client.get("/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
