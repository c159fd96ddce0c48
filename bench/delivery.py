"""Letters a second from the queue to a mail server, against aiosmtplib sending ready-made bytes to the same one."""

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
from app.delivery.mailer import Envelope, SmtpMailer
from app.delivery.message import Mail, to_bytes
from app.delivery.worker import CONNECTIONS, Worker
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import Letter, Stage
from app.models.submission import SubmissionCreate
from app.services.confirming import Confirmations
from app.services.intake import Intake
from app.services.sealing import Keys
from bench import service
from bench.api import SLUG, bodies

PEOPLE = 1_500  # each writes one letter by e-mail, after one notice


@contextmanager
def sink() -> Iterator[str]:
    """A mail server of its own process, which takes everything."""
    with service.serving(sys.executable, "-m", "bench.sink") as (port, _):
        yield f"smtp://127.0.0.1:{port}"


def ready_made(url: str, n: int) -> float:
    """Messages a second of aiosmtplib with bytes made beforehand, over as many connections as a worker keeps."""
    mail = Mail(
        "letters@example.org",
        "Ada",
        "office@example.org",
        "Appeal",
        "Text of a letter. " * 100,
        "1@example.org",
        person="Ada",
    )
    envelope = Envelope(mail.sender, mail.to, to_bytes(mail, at=now()))

    async def one(mailer: SmtpMailer, times: int) -> None:
        for _ in range(times):
            await mailer.send(envelope)

    async def send() -> float:
        mailer = SmtpMailer(url)
        await asyncio.gather(*(one(mailer, 1) for _ in range(CONNECTIONS)))
        began = time.perf_counter()
        await asyncio.gather(*(one(mailer, n // CONNECTIONS) for _ in range(CONNECTIONS)))
        seconds = time.perf_counter() - began
        await mailer.close()
        return n / seconds

    return uvloop.run(send())


def deliveries(database_url: str, url: str) -> float:
    """Letters a second end to end: claim, compose, build, send, settle."""
    service.prepare(database_url)
    return uvloop.run(_drain(database_url, url))


async def _drain(database_url: str, url: str) -> float:
    settings = Settings(_env_file=None, database_url=database_url, smtp_url=url, pacing=False)
    database, keys, mailer = Database(database_url), Keys(settings.secret_key), SmtpMailer(url)
    intake, confirmations = Intake(database, keys), Confirmations(database, keys)
    for body in bodies(0, PEOPLE):
        taken = await intake.submit(SLUG, SubmissionCreate.model_validate(body))
        await confirmations.confirm(keys.token_for(taken.submission_id))
    async with database.transaction() as session:
        await rows(
            session,
            sa.update(Delivery).where(col(Delivery.letter_id).is_(None)).values(due_at=None).returning(Delivery.id),
        )
    worker = Worker(database, mailer, keys, settings)
    began = time.perf_counter()
    await worker.drain()
    seconds = time.perf_counter() - began
    async with database.reading() as session:
        ((sent,),) = await rows(session, sa.select(sa.func.count()).where(col(Letter.stage) == Stage.SENT))
    await mailer.close()
    await database.close()
    if sent != PEOPLE:
        raise RuntimeError(f"{sent} letters of {PEOPLE} were sent")
    return PEOPLE / seconds
