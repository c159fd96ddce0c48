"""The tally is equal to the rows, and a recount finds where it is not."""

import asyncio
import uuid

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col

from app.database import Database
from app.delivery.worker import Worker
from app.models.columns import now
from app.models.letter import NEXT, LetterKind, Stage
from app.models.office import Channel
from app.models.tally import Dimension, SupporterDay, SupporterTally, Tally
from app.services.counting import recount, stages, tally
from app.services.counting.stages import Standing
from tests.factories import API, office, published
from tests.relay import Relay
from tests.steps import differences, hand_in, somebody, standing, stats, write

BY_POST = {"channels": ["post"], "postal_address": "Main Street 1\nExampletown"}


def standing_letter(stage: Stage = Stage.QUEUED, **overrides: object) -> Standing:
    values = {
        "id": uuid.uuid4(),
        "campaign_id": uuid.uuid4(),
        "brief_id": uuid.uuid4(),
        "office_id": uuid.uuid4(),
        "prisoner_id": None,
        "country": "DE",
        "language": "de",
        "channel": Channel.EMAIL,
        "stage": stage,
        "stage_on": "2026-01-01",
        "submission_id": uuid.uuid4(),
        **overrides,
    }
    return Standing(**values)  # type: ignore[arg-type]


def test_a_letter_counts_once_in_each_dimension() -> None:
    letter = standing_letter(Stage.SENT)
    cells = tally.cells({tally.alike(letter): 1})
    assert sorted(cell.dimension for cell in cells) == sorted(set(Dimension) - {Dimension.KIND})
    joint = tally.cells({tally.alike(letter._replace(kind=LetterKind.JOINT)): 1})
    assert {(cell.dimension, cell.value) for cell in joint.keys() - cells.keys()} == {(Dimension.KIND, "joint")}
    assert set(cells.values()) == {1}
    assert {cell.value for cell in cells} == {"", "DE", str(letter.office_id), "all", "de", "email"}


def test_what_is_final_stays_where_it_is() -> None:
    assert {stage for stage, following in NEXT.items() if not following} == {
        Stage.BOUNCED,
        Stage.CANCELLED,
        Stage.EXPIRED,
    }
    assert NEXT.keys() == set(Stage)
    assert {stage for stage, following in NEXT.items() if Stage.SENDING in following} == {Stage.QUEUED}
    assert {stage for stage, following in NEXT.items() if Stage.SENT in following} == {Stage.SENDING}


async def test_only_the_allowed_moves_are_made(database: Database) -> None:
    async with database.reading() as session:
        for stage in Stage:
            for to in set(Stage) - NEXT[stage]:
                with pytest.raises(ValueError, match=f"from {stage} to {to}"):
                    await stages.move(session, [standing_letter(stage)], to, at=now())


async def test_a_spoilt_tally_is_found_and_rebuilt(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    await published(organiser)
    await write(client)
    await hand_in(client, supporter=somebody("alex"))
    await worker.drain()
    before = await stats(client, "?by=office&by=country")
    assert await differences(database) == []

    async with database.transaction() as session:
        sent = sa.update(Tally).where(col(Tally.stage) == Stage.SENT, col(Tally.dimension) == Dimension.ALL)
        await session.exec(sent.values(letters=1_000))
        await session.exec(sa.update(SupporterTally).values(supporters=7))
        await session.exec(sa.update(SupporterDay).values(supporters=8))
        await session.exec(sa.delete(Tally).where(col(Tally.dimension) == Dimension.CHANNEL))
    found = await differences(database)
    assert {(each.kept, each.counted) for each in found} == {(1_000, 2), (7, 1), (8, 1), (0, 2)}

    async with database.transaction() as session:
        await recount.rebuild(session)
    assert await differences(database) == []
    assert await stats(client, "?by=office&by=country") | {"as_of": ""} == before | {"as_of": ""}


async def test_the_tally_equals_the_rows_in_the_middle_of_a_storm(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(), office(**BY_POST)])
    relay.at_data["*"] = ["451 4.3.0 later", "550 5.7.1 no", "451 4.3.0 later"]
    handed = [await hand_in(client, supporter=somebody(f"s{n % 6}")) for n in range(12)]
    seen: list[list[recount.Difference]] = []

    async def one(n: int, answer: dict[str, object], token: str) -> None:
        await client.post(f"{API}/confirmations/{token}")
        if n % 3 == 0:
            await client.post(f"{API}/receipts/{token}/cancel")
        if n % 4 == 1:
            await client.delete(f"{API}/receipts/{token}")
        for letter in answer["letters"]:  # type: ignore[attr-defined]
            await client.post(f"{API}/receipts/{token}/letters/{letter['id']}/posted")
        seen.append(await differences(database))

    async def interrupt() -> None:
        for verb in ("pause", "resume"):
            await organiser.post(f"{API}/campaigns/free-ada/{verb}")
            seen.append(await differences(database))

    await asyncio.gather(*(one(n, *each) for n, each in enumerate(handed)), worker.drain(), interrupt())
    await worker.drain()
    seen.append(await differences(database))

    assert [each for each in seen if each] == []
    assert standing(await stats(client)).keys().isdisjoint({"held", "unconfirmed"})
