"""A campaign's numbers beside its stats: tables, funnels, offices."""

import csv
import io
import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col, select

from app.database import Database
from app.delivery.worker import Worker
from app.models.campaign import Campaign
from app.models.letter import AnswerKind, Letter, Stage
from app.models.numbers import Funnel
from app.models.tally import Dimension, Tally
from app.rows.asking import rows, table_of
from app.services.counting import tally
from app.services.numbers import funnels, rates
from app.showing import table
from tests.factories import API, office, published
from tests.imports.steps import table as table_of_rows
from tests.imports.steps import take_in
from tests.steps import get, hand_in, problem, somebody, write

NUMBERS = f"{API}/campaigns/free-ada/stats"


async def read_csv(client: AsyncClient, query: str = "") -> list[dict[str, str]]:
    answer = await client.get(f"{NUMBERS}.csv{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


async def letters_of(database: Database, **stages: int) -> None:
    """Put letters into the kept counts: each stage on a day of its own, from 1 January."""
    async with database.transaction() as session:
        campaign_id = (await session.exec(select(Campaign.id))).one()
        for n, (stage, letters) in enumerate(stages.items()):
            day = date(2026, 1, 1 + n)
            cell = tally.Cell(campaign_id, Dimension.ALL, "", day, Stage(stage))
            session.add(Tally(**cell._asdict(), letters=letters))


async def test_tables_funnels_and_offices_of_nothing_are_refused(client: AsyncClient, organiser: AsyncClient) -> None:
    for path in (".csv", "/funnel", "/offices"):
        problem(await client.get(NUMBERS + path), 404)
    await published(organiser)
    problem(await client.get(f"{NUMBERS}.csv?by=email"), 422, pointer="?by")
    for query, pointer in {
        "compare=previous": "?from",
        "from=2026-02-02&to=2026-02-01": "?from",
        "from=1900-01-01&compare=previous": "?from",
        "from=0001-01-01&to=9999-12-31&compare=previous": "?from",
        "compare=next": "?compare",
    }.items():
        problem(await client.get(f"{NUMBERS}/funnel?{query}"), 422, pointer=pointer)


async def test_a_table_says_what_the_stats_say_and_runs_nothing(
    client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser, offices=[office(title={"en": '=HYPERLINK("https://example.org")', "de": "Amt"})])
    for n in range(5):
        await write(client, supporter=somebody(f"de-{n}"), language="en", prisoner="ada-prisoner")
    await hand_in(client, supporter=somebody("fr") | {"country": "FR"})
    await hand_in(client, supporter=somebody("pl") | {"country": "PL"})
    await worker.drain()

    rows = await read_csv(client, "?by=country&by=office&by=prisoner&by=day")

    assert [(row["by"], row["total"], row["letters_sent"]) for row in rows][:1] == [("campaign", "12", "10")]
    assert {row["value"]: row["name"] for row in rows if row["by"] == "country"} == {"DE": "Germany", "other": ""}
    assert '\'=HYPERLINK("https://example.org")' in {row["name"] for row in rows if row["by"] == "office"}
    assert {row["name"] for row in rows if row["by"] == "prisoner"} == {"Ada Prisoner", ""}
    for by in ("country", "office", "prisoner", "day"):
        assert sum(int(row["total"]) for row in rows if row["by"] == by) == 12
    assert {row["value"]: row["supporters"] for row in rows if row["by"] == "country"} == {"DE": "5", "other": ""}
    assert [row["supporters"] for row in rows if row["by"] in {"campaign", "day"}] == ["5", "5"]
    assert rows[0]["offline_letters"] == "0"
    accepted = await client.get(NUMBERS, headers={"Accept": "text/csv;q=1, */*;q=0.1"})
    assert (accepted.text, accepted.headers["vary"]) == ((await client.get(f"{NUMBERS}.csv")).text, "Accept")
    for query in ("", "?by=day"):
        answer = await client.get(NUMBERS + query, headers={"Accept": "application/json"})
        assert answer.json()["letters_sent"] == 10
        assert "Accept" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1"])
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    assert table.safe(text) == f"'{text}"
    assert table.safe(f"a{text}") == f"a{text}"


async def test_the_funnel_narrows_from_handed_in_to_sent(
    client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    await write(client)
    await hand_in(client, supporter=somebody("fr") | {"country": "FR"})
    await worker.drain()
    found = await get(client, "/campaigns/free-ada/stats/funnel")
    assert found["period"]["funnel"] == {"handed_in": 3, "confirmed": 2, "left": 2, "letters_sent": 2}
    assert (found["supporters"], found["previous"], found["change"]) == (1, None, None)


async def test_a_period_stands_beside_as_many_days_before_it(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await letters_of(database, sent=5, bounced=1, posted=2, unconfirmed=4)  # from 1 to 4 January
    found = await get(client, "/campaigns/free-ada/stats/funnel?from=2026-01-03&to=2026-01-04&compare=previous")
    assert (found["previous"]["first"], found["previous"]["last"]) == ("2026-01-01", "2026-01-02")
    assert found["period"]["funnel"] == {"handed_in": 6, "confirmed": 2, "left": 2, "letters_sent": 2}
    assert found["previous"]["funnel"] == {"handed_in": 6, "confirmed": 6, "left": 6, "letters_sent": 5}
    assert found["change"] == {"handed_in": 0, "confirmed": -4, "left": -4, "letters_sent": -3}
    until_now = await get(client, "/campaigns/free-ada/stats/funnel?from=2026-01-01&compare=previous")
    assert until_now["change"] == until_now["period"]["funnel"]


@pytest.mark.parametrize("days", [1, 7, 31, 365])
def test_the_period_before_is_as_long_and_ends_the_day_before(days: int) -> None:
    since = date(2026, 3, 1)
    first, last = funnels.before(since, since + timedelta(days=days - 1))
    assert (last - first).days + 1 == days
    assert last + timedelta(days=1) == since


def test_a_funnel_counts_nothing_twice() -> None:
    one_in_each = dict.fromkeys(Stage, 1)
    assert funnels.funnel_of(one_in_each) == Funnel(handed_in=13, confirmed=10, left=4, letters_sent=3)


async def test_offices_are_told_apart_by_what_came_back(
    client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    await write(client, supporter=somebody("one"))
    await write(client, supporter=somebody("two") | {"country": "FR"})
    await worker.drain()
    found = (await get(client, "/campaigns/free-ada/stats/offices?language=de"))["items"]
    assert [(each["office"], each["left"], each["bounced"], each["bounced_rate"]) for each in found] == [
        ("Generalstaatsanwalt", 2, 0, 0.0),
        ("Botschafterin in Deutschland", 1, 0, 0.0),
    ]


def test_a_rate_is_of_letters_by_email_and_of_none_there_is_none() -> None:
    stages = dict.fromkeys(Stage, 0)
    posted = rates.of_office(uuid.uuid4(), "Office", stages | {Stage.POSTED: 4}, {}, offline=0)
    assert (posted.left, posted.bounced_rate, posted.answered_rate) == (4, None, None)
    known = {AnswerKind.PERSON: 3, AnswerKind.AUTOMATIC: 2}
    stages |= {Stage.POSTED: 4, Stage.SENT: 9, Stage.BOUNCED: 1}
    mixed = rates.of_office(uuid.uuid4(), "Office", stages, known, offline=7)
    assert (mixed.left, mixed.bounced, mixed.bounced_rate) == (14, 1, 0.1)
    assert (mixed.answered, mixed.answered_rate, mixed.answered_automatically) == (3, 0.3333, 2)
    assert mixed.offline_letters == 7


async def test_answers_and_paper_letters_are_told_by_office_and_by_day(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    made = await published(organiser, offices=[office(external_id="by-pg")])
    for name in ("one", "two", "three"):
        await write(client, supporter=somebody(name))
    await worker.drain()
    async with database.transaction() as session:
        to_office = sa.select(table_of(Letter).c.id).where(
            table_of(Letter).c.office_id == uuid.UUID(made["offices"][0])
        )
        letter_ids = [letter_id for (letter_id,) in await rows(session, to_office)]
        for letter_id, answer in zip(letter_ids, (AnswerKind.PERSON, AnswerKind.AUTOMATIC), strict=False):
            await session.exec(sa.update(Letter).where(col(Letter.id) == letter_id).values(answer=answer))
    paper = {"campaign": "free-ada", "note": "Market", "letters": "40", "counted_on": "2026-11-01", "office": "by-pg"}
    counted = [paper | {"external_id": "a"}, paper | {"external_id": "b", "office": "", "counted_on": "2026-11-02"}]
    await take_in(organiser, "offline-letters", table_of_rows(*counted))

    second, first = (await get(client, "/campaigns/free-ada/stats/offices"))["items"]

    assert (first["answered"], first["answered_automatically"], first["answered_rate"]) == (1, 1, 0.3333)
    assert (first["left"], first["offline_letters"], second["offline_letters"]) == (3, 40, 0)
    assert (second["answered"], second["answered_rate"]) == (0, 0.0)
    period = await get(client, "/campaigns/free-ada/stats/funnel?from=2026-11-02&compare=previous")
    assert period["period"]["offline_letters"] == 40
    assert (await read_csv(client))[0]["offline_letters"] == "80"
