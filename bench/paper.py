"""A print run of a thousand letters from the database to one PDF, and one letter by itself."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from io import BytesIO

import pikepdf
from sqlmodel import select

from app.composing import press
from app.config import Settings
from app.database import Database
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import Letter, Stage
from app.models.office import Channel
from app.models.organisation import Organiser
from app.models.print_run import PrintRunCreate
from app.models.submission import SubmissionCreate, SubmissionPublic
from app.services.handing_in.confirming import Confirmations
from app.services.handing_in.intake import Intake
from app.services.paper import manuscripts, print_runs, printing
from app.services.sealing import Keys
from bench import service
from bench.api import SLUG, bodies

LETTERS = (200, 1_000)
SINGLE = 50
OWN_WORDS = "As a nurse I know what missing treatment means, and I have seen it in letter number {}. " * 3


def runs(database_url: str) -> list[dict[str, float]]:
    """Print runs of each size, each in a process of its own: what they came to."""
    service.prepare(database_url)
    asyncio.run(_fill(database_url))
    return [_apart(database_url, letters) for letters in LETTERS]


def _apart(database_url: str, letters: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.paper", database_url, str(letters)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(told.splitlines()[-1])
    return figures


async def _fill(url: str) -> None:
    database, keys = Database(url), Keys(Settings(_env_file=None).secret_key)
    intake, confirmations = Intake(database, keys), Confirmations(database, keys)

    for number, body in enumerate(bodies(0, sum(LETTERS))):
        handed_in = SubmissionCreate.model_validate(body | {"paragraph": OWN_WORDS.replace("{}", str(number))})
        taken = SubmissionPublic.model_validate_json(await intake.submit(SLUG, handed_in))
        await confirmations.confirm(keys.token_for(taken.submission_id))
    await database.close()


async def _measure(url: str, letters: int) -> dict[str, float]:
    database, keys = Database(url), Keys(Settings(_env_file=None).secret_key)
    async with database.reading() as session:
        organiser = (await session.exec(select(Organiser))).one()
        campaign = (await session.exec(select(Campaign).where(Campaign.slug == SLUG))).one()
    alone = await _alone(database, keys, campaign)
    before = service.memory(os.getpid())
    began = time.perf_counter()
    async with database.transaction() as session:
        run = await print_runs.create(
            session, keys, campaign, PrintRunCreate(limit=letters, country="DE", office_ids=None)
        )
    taken, worked = time.perf_counter(), time.process_time()
    pdf = await printing.pdf(database, keys, organiser, run.id)
    done, worked = time.perf_counter(), time.process_time() - worked
    await database.close()
    with pikepdf.open(BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    if pages != letters + 1:
        raise RuntimeError(f"{pages} pages for {letters} letters")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"letters": letters, "take": taken - began, "pdf": done - taken, "worked": worked, "alone": alone}
    return figures | {"size": len(pdf) / 1e6, "before": before, "peak": peak}


async def _alone(database: Database, keys: Keys, campaign: Campaign) -> float:
    """Seconds for one letter by itself, once the compiler is warm."""
    ready = select(Letter).where(
        Letter.campaign_id == campaign.id, Letter.stage == Stage.READY, Letter.channel == Channel.POST
    )
    async with database.reading() as session:
        gathered = await manuscripts.gather(session, list(await session.exec(ready.limit(SINGLE))))
    sheets = [each.sheet(keys, day=now().date()) for each in gathered]
    press.letter(sheets[0])
    began = time.perf_counter()
    for sheet in sheets:
        press.letter(sheet)
    return (time.perf_counter() - began) / len(sheets)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(sys.argv[1], int(sys.argv[2])))))
