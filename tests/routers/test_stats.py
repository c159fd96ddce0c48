"""The numbers of a campaign."""

from datetime import UTC, datetime, timedelta

from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
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


async def test_closing_keeps_the_numbers_and_tells_the_outcome(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    await write(client)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "partly"}, status=200)
    numbers = await stats(client)
    assert (standing(numbers), numbers["supporters"]) == ({"cancelled": 2}, 1)
