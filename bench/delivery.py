"""Letters a second from the queue to a mail server that takes everything, beside what others reach on the same one."""

import asyncio
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
import uvloop
from sqlmodel import col

from app.config import Settings
from app.database import Database
from app.delivery import pacing
from app.delivery.envelope import Envelope
from app.delivery.mailer import Mailer, SmtpMailer
from app.delivery.worker import Worker
from app.models.delivery import Delivery
from app.models.letter import Letter, Stage
from app.models.submission import SubmissionCreate, SubmissionPublic
from app.rows.asking import rows
from app.services.handing_in.confirming import Confirmations
from app.services.handing_in.intake import Intake
from app.services.sealing import Keys
from app.starting import has_started
from bench import others, service
from bench.api import bodies
from bench.others import Speed

SLUG = "rocio-san-miguel"
PEOPLE = 2_000  # each writes three letters by e-mail: to an authority, an embassy, and the government at home
LETTERS = 3 * PEOPLE
TOGETHER = 100  # people who hand in at once
ROUNDS = 3
ENDLESS = 1_000_000_000  # a limit that never binds


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server in a process of its own."""
    with service.serving(sys.executable, "-m", "bench.sink") as (port, _):
        yield port


def measure(opened: Callable[[], AbstractContextManager[str]], port: int, nodemailer: Path | None) -> dict[str, Speed]:
    """Return medians of rounds in which all take turns, so that whatever else the machine does hits all."""
    rounds: list[dict[str, Speed]] = []
    has_started()  # as a worker's own process does
    with opened() as url:
        service.prepare(url)
        queue = Queue(url)
        envelopes = queue.copies()
        for _ in range(ROUNDS):
            rates = {"aiosmtplib, ready-made": others.aiosmtplib_ready_made(port, envelopes)}
            rates |= {"worker": queue.empty(port), "ours, paced by no real limit": queue.empty(port, pacing_on=True)}
            if nodemailer:
                rates["nodemailer's pool"] = others.nodemailer_pool(nodemailer, port, envelopes)
            rounds.append(rates)
    return {
        name: Speed(*(median(figures) for figures in zip(*(each[name] for each in rounds), strict=True)))
        for name in rounds[0]
    }


class Queue:
    """A database in which letters are queued and sent, again and again."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._people = itertools.count()

    def copies(self) -> list[Envelope]:
        """Letters as they go out."""
        copier = _Copier()
        uvloop.run(self._fill())
        uvloop.run(self._drain(copier, pacing_on=False))
        return copier.envelopes

    def empty(self, port: int, *, pacing_on: bool = False) -> Speed:
        """Have one worker send all that is queued: claim, compose, build, send, settle."""
        uvloop.run(self._fill())
        return uvloop.run(self._drain(SmtpMailer(f"smtp://127.0.0.1:{port}"), pacing_on=pacing_on))

    async def _fill(self) -> None:
        settings = Settings(_env_file=None, database_url=self._url)
        database, keys = Database(self._url), Keys(settings.secret_key)
        intake, confirmations = Intake(database, keys), Confirmations(database, keys)
        people = [SubmissionCreate.model_validate(body) for body in bodies(PEOPLE * next(self._people), PEOPLE)]
        every = _told(await intake.submit(SLUG, people[0])).letters
        offices = [letter.office_id for letter in (every[0], *every[-2:])]
        for first in range(0, PEOPLE, TOGETHER):
            some = [each.model_copy(update={"office_ids": offices}) for each in people[first : first + TOGETHER]]
            taken = await asyncio.gather(*(intake.submit(SLUG, each) for each in some))
            await asyncio.gather(*(confirmations.confirm(keys.token_for(_told(each).submission_id)) for each in taken))
        async with database.transaction() as session:
            notices = sa.update(Delivery).where(col(Delivery.letter_id).is_(None), col(Delivery.due_at).is_not(None))
            await session.exec(notices.values(due_at=None))
        await database.close()

    async def _drain(self, mailer: Mailer, *, pacing_on: bool) -> Speed:
        limits: dict[str, Any] = {"office_hourly_limit": ENDLESS, "organisation_daily_limit": ENDLESS}
        pacing.FIRST_CONCURRENCY = pacing.MOST_CONCURRENCY = ENDLESS
        settings = Settings(_env_file=None, database_url=self._url, pacing=pacing_on, **limits)
        database = Database(self._url)
        before = await _sent(database)
        worker = Worker(database, mailer, Keys(settings.secret_key), settings)
        began = time.perf_counter(), time.process_time()
        await worker.drain()
        speed = others.since(*began, letters=LETTERS)
        sent = await _sent(database) - before
        if isinstance(mailer, SmtpMailer):
            await mailer.close()
        await database.close()
        if sent != LETTERS:
            raise RuntimeError(f"{sent} letters of {LETTERS} were sent")
        return speed


class _Copier:
    """Keeps what it is told to send."""

    room = LETTERS

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def send(self, envelope: Envelope, following: Envelope | None = None) -> str:  # noqa: ARG002 - as a Mailer
        self.envelopes.append(envelope)
        return "250 kept"

    def recall(self, envelope: Envelope) -> None:
        """Nothing was announced."""


def _told(answer: str) -> SubmissionPublic:
    return SubmissionPublic.model_validate_json(answer)


async def _sent(database: Database) -> int:
    async with database.reading() as session:
        ((sent,),) = await rows(session, sa.select(sa.func.count()).where(col(Letter.stage) == Stage.SENT))
    return int(sent)
