"""The numbers of a campaign."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col

from app.database import Database
from app.delivery.worker import Worker
from app.models.letter import Letter
from app.rows.asking import table_of
from app.services.counting import recount
from tests.factories import API, office, post, published
from tests.relay import Relay
from tests.steps import differences, hand_in, problem, somebody, standing, stats, write

BY_POST = {"channels": ["post"], "postal_address": "Main Street 1\nExampletown"}


async def test_numbers_of_nothing_and_by_nonsense_are_refused(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    problem(await client.get(f"{API}/campaigns/no-such/stats"), 404)
    for query, pointer in {"by=email": "?by", "from=yesterday": "?from", "to=2024-02-30": "?to"}.items():
        problem(await client.get(f"{API}/campaigns/free-ada/stats?{query}"), 422, pointer=pointer)
    problem(await client.get(f"{API}/campaigns/free-ada/stats?from={'9' * 5_000}"), 422, pointer="?from")


async def test_letters_are_broken_down_truthfully(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    made = await published(organiser, offices=[office(), office(**BY_POST)])
    for n in range(5):
        await write(client, supporter=somebody(f"de-{n}"), language="en")
    await write(client, supporter=somebody("ch") | {"country": "CH"}, language="de")
    await write(client, supporter=somebody("fr") | {"country": "FR"}, prisoner="ada-prisoner")
    await hand_in(client, supporter=somebody("pl") | {"country": "PL"})
    await worker.drain()

    dimensions = ("day", "country", "office", "prisoner", "language", "channel")
    numbers = await stats(client, "?" + "&".join(f"by={each}" for each in dimensions))
    by = numbers["by"]
    assert standing(numbers) == {"sent": 13, "ready": 7, "unconfirmed": 2}
    assert (numbers["letters_sent"], numbers["supporters"], numbers["countries"]) == (13, 7, 3)
    for each in dimensions:  # every letter counts once in each
        assert sum(n for per_stage in by[each].values() for n in per_stage.values()) == 22
    assert by["channel"] == {"email": {"sent": 13, "unconfirmed": 1}, "post": {"ready": 7, "unconfirmed": 1}}
    assert by["country"] == {
        "DE": {"sent": 10, "ready": 5},
        "other": {"sent": 3, "ready": 2, "unconfirmed": 2},
    }
    assert by["language"]["de"] == {"sent": 6}
    assert by["office"][made["offices"][1]] == {"ready": 7, "unconfirmed": 1}
    assert len(by["prisoner"]) == 2
    assert by["prisoner"]["all"] == {"sent": 12, "ready": 6, "unconfirmed": 2}
    today = datetime.now(UTC).date()
    assert by["day"] == {today.isoformat(): standing(numbers)}

    yesterday, tomorrow = (today + timedelta(days=days) for days in (-1, 1))
    for query, n in {f"from={today}": 1, f"to={today}": 1, f"from={tomorrow}": 0, f"to={yesterday}": 0}.items():
        some = await stats(client, f"?by=day&by=office&{query}")
        assert len(some["by"]["day"]) == n
        assert some["letters"] == numbers["letters"]
    assert await differences(database) == []


async def test_a_country_with_fewer_than_five_people_is_not_shown(
    client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    for n in range(4):
        await write(client, supporter=somebody(f"de-{n}"))
    assert (await stats(client, "?by=country"))["by"]["country"].keys() == {"other"}
    await write(client, supporter=somebody("de-4"))
    assert (await stats(client, "?by=country"))["by"]["country"].keys() == {"DE"}


async def test_countries_of_few_people_are_one_number_that_names_none(
    client: AsyncClient, organiser: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    for n in range(5):
        await write(client, supporter=somebody(f"ch-{n}") | {"country": "CH"})
    await write(client, supporter=somebody("fr") | {"country": "FR"})
    await write(client, supporter=somebody("pl") | {"country": "PL"})
    assert (await stats(client, "?by=country"))["supporters_by"]["country"] == {"CH": 5, "other": 2}


async def test_days_compared_tell_of_no_country(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    await published(organiser)
    for n in range(6):
        await write(client, supporter=somebody(f"de-{n}"))
    today = datetime.now(UTC).date()
    async with database.transaction() as session:  # one of them wrote yesterday
        one = sa.select(table_of(Letter).c.id).limit(1).scalar_subquery()
        await session.exec(sa.update(Letter).where(col(Letter.id) == one).values(stage_on=today - timedelta(days=1)))
        await recount.rebuild(session)

    for query, letters in {f"from={today}": 11, f"to={today - timedelta(days=1)}": 1}.items():
        some = await stats(client, f"?by=country&{query}")
        assert some["by"]["country"] == {"other": {"queued": letters}}
        assert "country" not in some["supporters_by"]
    for query in ("", f"&to={today}", "&from=2026-01-01"):  # the whole campaign, however it is asked for
        assert (await stats(client, f"?by=country{query}"))["by"]["country"] == {"DE": {"queued": 12}}


async def test_people_are_counted_by_the_day_of_the_campaign_on_which_they_first_confirmed(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser, timezone="Pacific/Kiritimati")
    for name in ("one", "two", "two"):
        await write(client, supporter=somebody(name))
    there = datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    assert (await stats(client, "?by=day"))["supporters_by"] == {"day": {there.isoformat(): 2}}
    assert (await stats(client, f"?by=day&to={there - timedelta(days=1)}"))["supporters_by"] == {"day": {}}
    assert (await stats(client))["supporters_by"] == {}
    assert await differences(database) == []


async def test_closing_keeps_the_numbers_and_tells_the_outcome(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    await write(client)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "partly"}, status=200)
    numbers = await stats(client)
    assert (standing(numbers), numbers["supporters"]) == ({"cancelled": 2}, 1)
