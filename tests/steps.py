"""The steps of which a test's story is made, and what an answer has to look like."""

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from httpx import AsyncClient, Response
from sqlmodel import SQLModel, select

from app.database import Database
from app.delivery.worker import Worker
from app.models.campaign import Campaign
from app.models.endorsement import Endorsement
from app.services.counting import recount
from app.services.endorsing import agreeing
from app.services.sealing import Keys
from tests.conftest import SECRET
from tests.factories import API, post, submission
from tests.relay import Relay

LETTERS = "/campaigns/free-ada/letters"
SAM = "sam@supporter.example.org"
PROSECUTOR = "prosecutor@by.example.org"
EMBASSY = "embassy@by.example.org"


def somebody(name: str) -> dict[str, Any]:
    """Another supporter in Germany."""
    return {"name": f"{name.title()} Supporter", "email": f"{name}@supporter.example.org"}


async def hand_in(client: AsyncClient, *, to: str = LETTERS, **overrides: Any) -> tuple[Any, str]:
    """Hand letters in; return the answer, and the token that the supporter gets by mail."""
    answer = await post(client, to, submission(**overrides), status=202)
    return answer, Keys(SECRET).token_for(uuid.UUID(answer["submission_id"]))


async def write(client: AsyncClient, **overrides: Any) -> tuple[Any, str]:
    """Hand letters in and confirm them; return the answer to that, and the token."""
    _, token = await hand_in(client, **overrides)
    return await post(client, f"/confirmations/{token}", status=200), token


async def token_in_mail(worker: Worker, relay: Relay, address: str = SAM) -> str:
    """Deliver what is due, and return the token from the newest notice to this address."""
    await worker.drain()
    found = re.search(r"/confirm/(\S+)$", relay.to(address)[-1].body, re.MULTILINE)
    assert found
    return found[1]


async def until(it_is_so: Callable[[], bool]) -> None:
    """Wait for another task or process to come so far."""
    async with asyncio.timeout(60):
        while not it_is_so():  # noqa: ASYNC110 - whoever is waited for knows no event
            await asyncio.sleep(0.01)


async def get(client: AsyncClient, path: str, **options: Any) -> Any:
    """GET under the API and return what comes back, which must be there."""
    answer = await client.get(API + path, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def patch(client: AsyncClient, path: str, **changes: Any) -> Any:
    answer = await client.patch(API + path, json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def receipt(client: AsyncClient, token: str) -> Any:
    return await get(client, f"/receipts/{token}")


async def stats(client: AsyncClient, query: str = "") -> Any:
    return await get(client, f"/campaigns/free-ada/stats{query}")


def standing(numbers: Any) -> dict[str, int]:
    """The stages in which letters stand, without the empty ones and the total."""
    assert numbers["letters"]["total"] == sum(n for stage, n in numbers["letters"].items() if stage != "total")
    return {stage: n for stage, n in numbers["letters"].items() if n and stage != "total"}


def stages(answer: Any) -> list[tuple[str, str | None]]:
    """The stages of an answer's letters, with the reasons."""
    return [(letter["stage"], letter["reason"]) for letter in answer["letters"]]


def problem(answer: Response, status: int, *, pointer: str | None = None, reason: str | None = None) -> Any:
    """Return a refusal, which must be a whole and small problem with this status."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["content-type"].startswith("application/problem+json")
    told = answer.json()
    assert told["status"] == status
    assert all(isinstance(told[name], str) and told[name] for name in ("type", "title", "detail"))
    assert len(answer.content) < 4_000
    if pointer is not None:
        assert pointer in [error["pointer"] for error in told["errors"]], told
    if reason is not None:
        assert told["reason"] == reason
    return told


async def all_sign(database: Database, **said: str) -> None:
    """Have every organisation that was asked sign the campaign as it stands, as if each had used its link."""
    async with database.transaction() as session:
        for endorsement, campaign in (await session.exec(select(Endorsement, Campaign).join(Campaign))).all():
            agreeing.sign(endorsement, campaign.demands)
            endorsement.sqlmodel_update(said)


async def everything_stored(database: Database) -> str:
    """All rows of all tables as one text, to search in."""
    async with database.reading() as session:
        connection = await session.connection()
        rows = [row for table in SQLModel.metadata.sorted_tables for row in await connection.execute(sa.select(table))]
    return "\n".join(_readable(value) for row in rows for value in row)


async def how_many(database: Database, table: str) -> int:
    async with database.reading() as session:
        connection = await session.connection()
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0)


async def differences(database: Database) -> list[recount.Difference]:
    """Where the tally is not what the rows say."""
    async with database.snapshot() as session:
        return await recount.differences(session)


def _readable(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
