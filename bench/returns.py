"""Thousands of bounces, each late, double and forged besides: how fast they are taken in, and that each counts once."""

import asyncio
import random
import time
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from sqlmodel import col, select

from app import schema
from app.config import Settings
from app.database import Database
from app.main import create_app
from app.models.campaign import Campaign
from app.models.columns import now, uuid7
from app.models.letter import Letter, Stage
from app.models.office import Channel, Office
from app.models.submission import Submission
from app.rows.asking import table_of
from app.rows.writing import execute_many
from app.services.counting import recount, tally
from app.services.numbers import stats
from app.services.returning import inbound, returns
from app.services.returning.inbound import TakenAs
from app.services.returning.returns import Purpose
from app.services.sealing import Keys
from app.services.team import organisers
from tests.factories import published
from tests.incoming.messages import dsn

SECRET = "a-secret-for-benchmarks-of-enough-length-0123456789"
BASE = "letters@campaign.example.org"
AT_ONCE = 8  # messages that a mail server hands over at the same time


def bounces(url: str, letters: int) -> tuple[float, int]:
    """Return how many messages a second were taken in, and how many letters bounced. Raises if a count is wrong."""
    return asyncio.run(_run(url, letters))


async def _run(url: str, letters: int) -> tuple[float, int]:
    database, keys = Database(url), Keys(SECRET)
    await schema.migrate(database)
    ids = await _sent(database, url, letters)
    pile = _pile(keys, ids)
    begun = time.perf_counter()
    outcomes = await _hand_over(database, keys, pile)
    rate = len(pile) / (time.perf_counter() - begun)
    async with database.snapshot() as session:
        wrong = await recount.differences(session)
        campaign_id = (await session.exec(select(Campaign.id))).one()
        counted = (await stats.by_stage(session, campaign_id))["bounced"]
    await database.close()
    if wrong or not counted == letters == outcomes.count(TakenAs.BOUNCED):
        raise RuntimeError(f"{counted} bounced of {letters}; the tally differs in {len(wrong)} places")
    return rate, counted


async def _sent(database: Database, url: str, letters: int) -> list[uuid.UUID]:
    """Make letters that have left, past the line: it is measured elsewhere."""
    app = create_app(Settings(_env_file=None, database_url=url, secret_key=SECRET, worker=False))
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Bench", name="Bench")
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        LifespanManager(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers) as client,
    ):
        await published(client)
    async with database.transaction() as session:
        campaign = (await session.exec(select(Campaign))).one()
        office_id = (await session.exec(select(Office.id).order_by(col(Office.id)))).first()
        at = now()
        people = [
            {"id": uuid7(), "campaign_id": campaign.id, "country": "DE", "language": "en", "consent_wording": "bench"}
            for _ in range(letters)
        ]
        shared: dict[str, Any] = {
            "campaign_id": campaign.id,
            "brief_id": campaign.brief_id,
            "office_id": office_id,
            "country": "DE",
        }
        shared |= {"language": "en", "channel": Channel.EMAIL, "stage": Stage.SENT, "stage_on": at.date(), "seed": 1}
        rows = [{**shared, "id": uuid7(), "submission_id": each["id"]} for each in people]
        await execute_many(session, sa.insert(table_of(Submission)), people)
        await execute_many(session, sa.insert(table_of(Letter)), rows)
        tally.note_new(session, [Letter.model_construct(**row, prisoner_id=None) for row in rows])
    return [row["id"] for row in rows]


def _pile(keys: Keys, ids: Sequence[uuid.UUID]) -> list[bytes]:
    to = [
        returns.address(keys, Purpose.BOUNCE, each, base=BASE, written_to="prosecutor@by.example.org") for each in ids
    ]
    real = [dsn(each, status="5.7.1", words="smtp; 550 5.7.1 rejected as spam") for each in to]
    forged = [dsn(each.replace("@", "")[:-10] + "@campaign.example.org") for each in to]
    pile = [*real, *real, *forged]
    random.Random(1).shuffle(pile)
    return pile


async def _hand_over(database: Database, keys: Keys, pile: Sequence[bytes]) -> list[TakenAs]:
    waiting, outcomes = list(pile), []

    async def one_connection() -> None:
        while waiting:
            outcomes.append(await inbound.take(database, keys, waiting.pop()))

    await asyncio.gather(*(one_connection() for _ in range(AT_ONCE)))
    return outcomes
