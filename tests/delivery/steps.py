"""The steps that tests of the delivery share: letters handed in and confirmed, and a look at the rows."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col, select

from app.database import Database
from app.delivery.worker import Worker
from app.models.delivery import Delivery
from app.models.letter import Letter
from app.rows.asking import database_now
from tests.factories import API, office, post, submission

OFFICE = "prosecutor@by.example.org"
ABROAD = "FR"  # where no embassy of the factories is accredited


def many_offices(how_many: int) -> list[dict[str, Any]]:
    return [office(emails=[{"address": f"office{n}@by.example.org"}]) for n in range(how_many)]


async def hand_in(client: AsyncClient, worker: Worker, email: str = "sam@supporter.example.org", **options: Any) -> str:
    """Hand letters in, from a country without an embassy; return the supporter's token."""
    to = options.pop("to", "/campaigns/free-ada/letters")
    supporter = {"email": email, "country": ABROAD, **options.pop("supporter", {})}
    body = submission(supporter=supporter, **options)
    answer = await post(client, to, body, status=202)
    return worker.keys.token_for(UUID(answer["submission_id"]))


async def queue(client: AsyncClient, worker: Worker, email: str = "sam@supporter.example.org", **options: Any) -> str:
    """Hand letters in and confirm them; deliver nothing, the notice neither."""
    token = await hand_in(client, worker, email, **options)
    await post(client, f"/confirmations/{token}", status=200)
    return token


async def letters(database: Database) -> list[Letter]:
    async with database.reading() as session:
        return list(await session.exec(select(Letter).order_by(col(Letter.id))))


async def the_letter(database: Database) -> Letter:
    (letter,) = await letters(database)
    return letter


async def deliveries(database: Database) -> list[Delivery]:
    """The deliveries of letters."""
    async with database.reading() as session:
        which = select(Delivery).where(col(Delivery.letter_id).is_not(None)).order_by(col(Delivery.id))
        return list(await session.exec(which))


async def the_delivery(database: Database) -> Delivery:
    (delivery,) = await deliveries(database)
    return delivery


async def let_time_pass(database: Database) -> None:
    """Let waits and leases run out: everything that is due at some time is due now."""
    async with database.transaction() as session:
        await session.exec(
            sa.update(Delivery).where(col(Delivery.due_at).is_not(None)).values(due_at=database_now(-3_600))
        )


async def drain(worker: Worker, database: Database) -> None:
    """Deliver until nothing is left to be tried again."""
    await worker.drain()
    while any(each.due_at for each in await deliveries(database)):
        await let_time_pass(database)
        await worker.drain()


async def stats(client: AsyncClient) -> dict[str, int]:
    """How many letters stand in each stage, without the empty ones."""
    answer = (await client.get(f"{API}/campaigns/free-ada/stats")).json()
    return {stage: n for stage, n in answer["letters"].items() if n}
