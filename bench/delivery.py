"""Letters a second from the queue to a mail server that takes everything."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import uvloop
from sqlmodel import col

from app.config import Settings
from app.database import Database, rows
from app.delivery import pacing
from app.delivery.mailer import Envelope, Mailer, SmtpMailer
from app.delivery.worker import Worker
from app.models.delivery import Delivery
from app.models.letter import Letter, Stage
from app.models.submission import SubmissionCreate
from app.services.confirming import Confirmations
from app.services.intake import Intake
from app.services.sealing import Keys
from bench import service
from bench.api import bodies

SLUG = "rocio-san-miguel"
PEOPLE = 2_000  # each writes three letters by e-mail: to an authority, an embassy, and the government at home
LETTERS = 3 * PEOPLE
ENDLESS = 1_000_000_000  # a limit that never binds


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server in a process of its own."""
    with service.serving(sys.executable, "-m", "bench.sink") as (port, _):
        yield port


class _Copier:
    """Keeps what it is told to send."""

    room = LETTERS

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def send(self, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 kept"


def copies(database_url: str) -> list[Envelope]:
    """The letters of the queue as they would go out; the queue is empty afterwards."""
    copier = _Copier()
    uvloop.run(_drain(database_url, copier, pacing_on=False))
    return copier.envelopes


def fill(database_url: str) -> None:
    """Queue the letters in a prepared database."""
    uvloop.run(_fill(database_url))


def empty(database_url: str, port: int, *, pacing_on: bool) -> float:
    """Have one worker send all that is queued; return letters a second: claim, compose, build, send, settle."""
    return uvloop.run(_drain(database_url, SmtpMailer(f"smtp://127.0.0.1:{port}"), pacing_on=pacing_on))


async def _fill(database_url: str) -> None:
    settings = Settings(_env_file=None, database_url=database_url)
    database, keys = Database(database_url), Keys(settings.secret_key)
    intake, confirmations = Intake(database, keys), Confirmations(database, keys)
    people = [SubmissionCreate.model_validate(body) for body in bodies(0, PEOPLE + 1)]
    every = (await intake.submit(SLUG, people.pop())).letters
    offices = [letter.office_id for letter in (every[0], *every[-2:])]
    for first in range(0, PEOPLE, 100):
        some = [each.model_copy(update={"office_ids": offices}) for each in people[first : first + 100]]
        taken = await asyncio.gather(*(intake.submit(SLUG, each) for each in some))
        await asyncio.gather(*(confirmations.confirm(keys.token_for(each.submission_id)) for each in taken))
    async with database.transaction() as session:
        notices = sa.update(Delivery).where(col(Delivery.letter_id).is_(None))
        await session.exec(notices.values(due_at=None))
    await database.close()


async def _drain(database_url: str, mailer: Mailer, *, pacing_on: bool) -> float:
    limits = {"office_hourly_limit": ENDLESS, "organisation_daily_limit": ENDLESS}
    pacing.FIRST_CONCURRENCY = pacing.MOST_CONCURRENCY = ENDLESS
    settings = Settings(_env_file=None, database_url=database_url, pacing=pacing_on, **limits)
    database = Database(database_url)
    worker = Worker(database, mailer, Keys(settings.secret_key), settings)
    began = time.perf_counter()
    await worker.drain()
    seconds = time.perf_counter() - began
    async with database.reading() as session:
        ((sent,),) = await rows(session, sa.select(sa.func.count()).where(col(Letter.stage) == Stage.SENT))
    if isinstance(mailer, SmtpMailer):
        await mailer.close()
    await database.close()
    if sent != LETTERS:
        raise RuntimeError(f"{sent} letters of {LETTERS} were sent")
    return LETTERS / seconds
