"""Confirming in groups: everybody gets their own answer, and what goes wrong with one is nobody else's business."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel, col

from app.database import Database
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.delivery import Delivery, Notice
from app.models.letter import WRITTEN
from app.models.submission import FIRST, Submission
from app.rows.asking import matching, rows
from app.services.handing_in import passing
from tests.factories import API, campaign, post, published
from tests.steps import LETTERS, differences, hand_in, somebody, stages, standing, stats

QUEUED = [("queued", None)] * 2


async def _confirm_all(client: AsyncClient, tokens: list[str]) -> list[Any]:
    return await asyncio.gather(*(client.post(f"{API}/confirmations/{token}") for token in tokens))


async def test_fifty_confirmations_of_one_link_at_once_are_one(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    _, token = await hand_in(client)

    answers = await _confirm_all(client, [token] * 50)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    numbers = await stats(client)
    assert (standing(numbers), numbers["supporters"]) == ({"queued": 2}, 1)
    assert await differences(database) == []


async def test_what_confirming_promises_is_promised_to_each_of_a_group(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    wishes = [{}, {"contact": True}, {"copies": True}, {"contact": True, "copies": True}]
    tokens = [
        (await hand_in(client, supporter=somebody(f"s{n}"), consent={"send": True, **wish}))[1]
        for n, wish in enumerate(wishes)
    ]

    await _confirm_all(client, tokens)

    async with database.reading() as session:
        promised = await rows(session, sa.select(col(Delivery.notice)).where(col(Delivery.due_at) > now()))
    assert sorted(notice for (notice,) in promised) == [Notice.COPY, Notice.COPY, Notice.THANKS]


async def test_a_wish_to_hear_more_stands_with_the_first_whichever_of_a_group_expressed_it(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    consents = [{"send": True}, {"send": True, "contact": True}]
    tokens = [(await hand_in(client, consent=consent))[1] for consent in consents]

    await _confirm_all(client, tokens)

    async with database.reading() as session:
        asked = await rows(session, sa.select(col(Submission.consent_contact)).where(col(Submission.first)))
    assert asked == [(True,)]


async def test_one_person_twice_in_a_group_writes_once_and_is_counted_once(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    tokens = [(await hand_in(client))[1] for _ in range(3)]
    tokens += [(await hand_in(client, supporter=somebody(f"s{n}")))[1] for n in range(5)]

    answers = await _confirm_all(client, tokens)

    own = sorted(stages(answer.json()) for answer in answers[:3])
    assert own == [[("cancelled", "duplicate")] * 2] * 2 + [QUEUED]
    assert all(stages(answer.json()) == QUEUED for answer in answers[3:])
    assert (await stats(client))["supporters"] == 6
    assert await differences(database) == []


async def test_who_is_refused_spoils_no_neighbour(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    late, erased, stopped, fine = [(await hand_in(client, supporter=somebody(f"s{n}")))[1] for n in range(4)]
    async with database.transaction() as session:
        first = sa.select(sa.func.min(Submission.created_at)).scalar_subquery()
        oldest = sa.update(Submission).where(col(Submission.created_at) == first)
        await session.exec(oldest.values(created_at=now() - timedelta(days=8)))
    await client.delete(f"{API}/receipts/{erased}")
    await client.post(f"{API}/receipts/{stopped}/cancel")

    answers = await _confirm_all(client, [late, erased, stopped, fine])

    assert [answer.status_code for answer in answers] == [410, 404, 410, 200]
    assert stages(answers[3].json()) == QUEUED
    assert await differences(database) == []


async def test_a_letter_written_behind_our_back_refuses_one_and_not_the_group(
    client: AsyncClient, organiser: AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(organiser)
    tokens = [(await hand_in(client, supporter=somebody(f"s{n}")))[1] for n in range(6)]
    _, again = await hand_in(client, supporter=somebody("s3"))
    await post(client, f"/confirmations/{again}", status=200)

    async def forgetful(*_args: Any) -> passing._Before:
        return passing._Before(set(), set())

    monkeypatch.setattr(passing, "_before", forgetful)
    answers = await _confirm_all(client, tokens)
    monkeypatch.undo()

    assert [answer.status_code for answer in answers] == [200, 200, 200, 503, 200, 200]
    assert stages(await post(client, f"/confirmations/{tokens[3]}", status=200)) == [("cancelled", "duplicate")] * 2
    assert await differences(database) == []


async def test_a_campaign_that_is_being_changed_keeps_only_its_own_waiting(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    made = await published(organiser)
    await post(organiser, "/campaigns", campaign(slug="other", offices=made["offices"]))
    await post(organiser, "/campaigns/other/publish", status=200)
    _, waiting = await hand_in(client)
    _, other = await hand_in(client, to="/campaigns/other/letters", supporter=somebody("otto"))

    async with database.transaction() as session:
        held = sa.select(col(Campaign.id)).where(col(Campaign.slug) == "free-ada")
        await (await session.connection()).execute(held.with_for_update(key_share=True))
        confirming = asyncio.create_task(client.post(f"{API}/confirmations/{waiting}"))
        assert stages(await post(client, f"/confirmations/{other}", status=200)) == QUEUED
        await hand_in(client, to=LETTERS, supporter=somebody("new"))  # handing in goes on meanwhile
        assert not confirming.done()

    assert stages((await confirming).json()) == QUEUED


@pytest.mark.parametrize("table", ["letter", "submission"])
async def test_what_was_written_before_is_found_by_an_index(database: Database, table: str) -> None:
    columns, part, index = {
        "letter": (["campaign_id", "office_id", "digest", "round"], WRITTEN, "uq_letter_once"),
        "submission": (["campaign_id", "digest"], FIRST, "uq_submission_first"),
    }[table]
    found = SQLModel.metadata.tables[table]
    row = {"campaign_id": uuid.UUID(int=1), "office_id": uuid.UUID(int=2), "digest": b"digest", "round": 0}
    async with database.reading() as session:
        which = matching(session, [found.c[name] for name in columns], [[row[name] for name in columns]])
        plan = await _plan(await session.connection(), sa.select(found.c.campaign_id).where(which, part))
    assert index in plan, plan


async def _plan(connection: AsyncConnection, question: sa.Select[Any]) -> str:
    compiled = question.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)
    names = compiled.positiontup or []
    if connection.dialect.name == "sqlite":
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", ("any",) * len(names))
        return str(found.all())
    await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # there are no rows here to hurry for
    values = compiled.construct_params()
    return str((await connection.exec_driver_sql(f"EXPLAIN {compiled}", tuple(map(values.get, names)))).all())
