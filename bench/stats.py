"""What the numbers cost for a campaign with a thousand letters and for one with a million."""

import asyncio
import os
import random
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

import httpx
from sqlmodel import select

from app.database import Database
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import Stage
from app.models.tally import Dimension
from app.rows.writing import write_together
from app.services.counting import tally
from app.services.counting.tally import Cell
from app.showing import pictures
from app.showing.pictures import Kind, Seen
from bench import service

FEW, MANY = 1_000, 1_000_000  # letters
DAYS, COUNTRIES, OFFICES = 90, 60, 40
STAGES = (Stage.SENT, Stage.QUEUED, Stage.UNCONFIRMED, Stage.CANCELLED, Stage.POSTED, Stage.READY)
ROUNDS, REQUESTS = 6, 10  # the two campaigns in turn, so that a busy machine is fair to both
READERS = 1_000  # of live numbers
SLUG = "rocio-san-miguel"
QUESTIONS = {
    "stats": "stats",
    "stats by day": "stats?by=day",
    "stats by country": "stats?by=country",
    "stats by office": "stats?by=office",
    "stats by everything": "stats?by=day&by=country&by=office&by=language&by=channel&by=prisoner",
    "stats by country, 30 days": "stats?by=country&from=2026-03-01",
    "funnel": "stats/funnel?from=2026-03-01&compare=previous",
    "curve.svg": "stats/curve.svg",
}


def compare(database_url: str) -> dict[str, tuple[float, float]]:
    """Return the seconds of one request for each question, with few letters and with many."""
    service.prepare(database_url)
    slugs = asyncio.run(_two_campaigns(database_url))
    command = (service.COMMAND, "serve", "--no-worker")
    with (
        service.serving(*command, env=service.environment(database_url)) as (port, _),
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/campaigns/", timeout=60) as client,
    ):
        return {name: _both(client, slugs, question) for name, question in QUESTIONS.items()}


def watching(database_url: str) -> tuple[float, float]:
    """Return the seconds until a thousand readers have seen a change, and the server's share of a core meanwhile."""
    command = (service.COMMAND, "serve", "--no-worker")
    with service.serving(*command, env=service.environment(database_url)) as (port, pid):
        return asyncio.run(_watching(database_url, port, pid))


async def _watching(database_url: str, port: int, pid: int) -> tuple[float, float]:
    lines = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(READERS)))
    for _, writer in lines:
        writer.write(f"GET /api/v1/campaigns/{SLUG}/stats/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await asyncio.gather(*(reader.readuntil(b"data: ") for reader, _ in lines))
    began, used = time.perf_counter(), _cpu(pid)
    async with _opened(database_url) as database, database.transaction() as session:
        campaign_id = (await session.exec(select(Campaign.id).where(Campaign.slug == SLUG))).one()
        tally.note_person(session, campaign_id, "DE", now().date())
    await asyncio.gather(*(reader.readuntil(b"data: ") for reader, _ in lines))
    took = time.perf_counter() - began
    for _, writer in lines:
        writer.close()
    return took, (_cpu(pid) - used) / took


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pictures_cost() -> dict[str, float]:
    """Return the milliseconds of drawing and of painting each picture, none of them kept."""
    found: dict[str, list[float]] = {}
    for n in range(20):
        day = date(2026, 1, 1)
        seen = Seen("Freedom", "en", day + timedelta(days=DAYS), tuple(_days(day, n + 5)), 10_000, 900, 30)
        for kind in Kind:
            began = time.perf_counter()
            svg = pictures.svg(kind, seen)
            drawn = time.perf_counter()
            pictures.png(svg)
            found.setdefault(f"{kind}.svg", []).append(drawn - began)
            found.setdefault(f"{kind}.png", []).append(time.perf_counter() - drawn)
    return {name: sorted(times)[len(times) // 2] * 1e3 for name, times in found.items()}


def _days(first: date, step: int) -> Iterator[tuple[date, int]]:
    for n, letters in enumerate(accumulate([step] * DAYS)):
        yield first + timedelta(days=n), letters


def _both(client: httpx.Client, slugs: tuple[str, str], question: str) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for slug, found in zip(slugs, times, strict=True):
            for _ in range(REQUESTS):
                began = time.perf_counter()
                client.get(f"{slug}/{question}").raise_for_status()
                found.append(time.perf_counter() - began)
    few, many = (sorted(found)[len(found) // 2] for found in times)
    return few, many


async def _two_campaigns(database_url: str) -> tuple[str, str]:
    """Make two campaigns of the demo's first, whose tally says that so many letters were written."""
    async with _opened(database_url) as database, database.transaction() as session:
        model = (await session.exec(select(Campaign).where(Campaign.slug == SLUG))).one()
        slugs = []
        for letters in (FEW, MANY):
            campaign = Campaign(**{**model.model_dump(exclude={"id"}), "slug": f"with-{letters}"})
            session.add(campaign)
            await session.flush()
            people = {(campaign.id, country): letters // COUNTRIES for country in _countries()}
            await write_together(session, *tally.rows(dict(_tally(campaign.id, letters)), people))
            slugs.append(campaign.slug)
        return slugs[0], slugs[1]


def _tally(campaign_id: uuid.UUID, letters: int) -> Iterator[tuple[Cell, int]]:
    """The rows that so many letters leave, spread over days, stages and values as they come."""
    chance = random.Random(letters)
    values = {
        Dimension.ALL: [""],
        Dimension.COUNTRY: _countries(),
        Dimension.OFFICE: [str(uuid.UUID(int=n)) for n in range(OFFICES)],
        Dimension.LANGUAGE: ["en", "de", "ru"],
        Dimension.CHANNEL: ["email", "post"],
    }
    for dimension, each in values.items():
        cells: dict[tuple[str, int, Stage], int] = {}
        drawn = min(letters, 20_000)  # enough to fill every cell that a million would fill
        for _ in range(drawn):
            cell = chance.choice(each), chance.randrange(DAYS), chance.choice(STAGES)
            cells[cell] = cells.get(cell, 0) + letters // drawn
        for (value, day, stage), n in cells.items():
            yield Cell(campaign_id, dimension, value, date(2026, 1, 1) + timedelta(days=day), stage), n


def _countries() -> list[str]:
    return [f"{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(COUNTRIES)]


@asynccontextmanager
async def _opened(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    try:
        yield database
    finally:
        await database.close()
