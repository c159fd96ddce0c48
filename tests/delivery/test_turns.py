"""Limits of offices, mail domains, campaigns and organisations: they hold over all workers, on both databases."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col, select

from app.config import Settings
from app.database import Database
from app.delivery import turns
from app.delivery.claims import Claim
from app.delivery.mailer import SmtpMailer
from app.delivery.worker import Worker
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.pace import Destination, OfficePace, OrganisationDay
from app.services.sealing import Keys
from tests.delivery.steps import OFFICE, deliveries, let_time_pass, many_offices, queue
from tests.factories import API, campaign, office, post, prisoner, published
from tests.relay import Relay


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As in earnest: paced."""
    return settings.model_copy(update={"pacing": True})


async def crowd(client: AsyncClient, worker: Worker, people: int, slug: str = "free-ada") -> None:
    for n in range(people):
        await queue(client, worker, f"{slug}-{n}@supporter.example.org", to=f"/campaigns/{slug}/letters")


async def second_campaign(organiser: AsyncClient, *, offices: list[str]) -> None:
    body = campaign(slug="free-bob", code="BLR-2", prisoners=["bob-prisoner"], embassies_of=[], offices=offices)
    await post(organiser, "/prisoners", prisoner(slug="bob-prisoner", name="Bob Prisoner"))
    await post(organiser, "/campaigns", body)
    await post(organiser, "/campaigns/free-bob/publish", status=200)


async def an_hour_later(database: Database, seconds: float = 3_600) -> None:
    """Let the offices' clocks run on, as if so much time had passed."""
    async with database.transaction() as session:
        for pace in await session.exec(select(OfficePace)):
            pace.slot_at -= timedelta(seconds=seconds)
            pace.next_at -= timedelta(seconds=seconds)


async def claim(database: Database, settings: Settings, most: int = 100) -> list[Claim]:
    async with database.transaction() as session:
        return await turns.claim(session, settings, most=most, at=now())


async def test_an_office_gets_one_letter_and_the_next_when_its_slot_has_come(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(hourly_limit=6)])
    await crowd(client, worker, 3)

    seen = []
    for _ in range(4):
        await worker.drain()
        await worker.drain()
        seen.append(len(relay.to(OFFICE)))
        await an_hour_later(database, 800)  # more than a slot with its jitter, less than two

    assert seen == [1, 2, 3, 3]


async def test_two_workers_together_keep_to_an_offices_hourly_limit(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, settings: Settings
) -> None:
    await published(organiser, offices=[office(hourly_limit=20)])
    await crowd(client, worker, 12)
    elsewhere = Database(settings.database_url)
    other = Worker(elsewhere, SmtpMailer(relay.url), Keys(settings.secret_key), settings)

    for _ in range(20):  # half an hour in steps of a minute and a half, both workers looking at once
        await asyncio.gather(worker.drain(), other.drain(), worker.drain(), other.drain())
        await an_hour_later(database, 90)
    await other.mailer.close()  # type: ignore[attr-defined] # an SmtpMailer
    await elsewhere.close()

    assert 8 <= len(relay.to(OFFICE)) <= 10
    assert len({mail.message["Message-ID"] for mail in relay.accepted}) == len(relay.accepted)


def day_after_tomorrow() -> int:
    """A day of the week that is far, also for a test that midnight comes upon."""
    return (datetime.now(UTC) + timedelta(days=2)).isoweekday()


async def test_an_office_that_is_closed_gets_nothing_until_it_opens(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    hours = {"timezone": "UTC", "opens": "00:00", "closes": "23:59:59", "days": [day_after_tomorrow()]}
    made = await published(organiser, offices=[office(open_hours=hours)])
    await crowd(client, worker, 1)

    await worker.drain()
    before = len(relay.to(OFFICE))
    always = {**hours, "days": list(range(1, 8))}
    changed = await organiser.patch(f"{API}/officials/{made['offices'][0]}", json={"open_hours": always})
    await worker.drain()

    assert changed.json()["open_hours"]["timezone"] == "UTC"
    assert (before, len(relay.to(OFFICE))) == (0, 1)


async def test_offices_that_are_closed_stand_in_nobodys_way(
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "MOST_TURNS", 1)
    closed = {"timezone": "UTC", "opens": "00:00", "closes": "23:59:59", "days": [day_after_tomorrow()]}
    offices = many_offices(4)
    for each in offices[:3]:
        each["open_hours"] = closed
    await published(organiser, offices=offices)
    await queue(client, worker)

    await worker.drain()

    assert [mail.to for mail in relay.accepted] == ["office3@by.example.org"]


async def test_a_small_campaign_takes_turns_with_a_large_one(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, settings: Settings
) -> None:
    made = await published(organiser, offices=[office(hourly_limit=60)])
    await crowd(client, worker, 12)
    await second_campaign(organiser, offices=made["offices"])
    await crowd(client, worker, 3, "free-bob")

    order = []
    for _ in range(8):
        order += [each.campaign_id for each in await claim(database, settings)]
        async with database.transaction() as session:
            await session.exec(
                sa.update(Delivery).where(col(Delivery.lease).is_not(None)).values(lease=None, due_at=None)
            )
        await an_hour_later(database, 80)

    large, small = Counter(order).most_common()
    assert (large[1], small[1]) == (5, 3)
    assert order[:6] == [large[0], small[0]] * 3 or order[:6] == [small[0], large[0]] * 3


async def test_no_more_letters_are_in_hand_for_a_domain_than_it_bears_whoever_holds_them(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database, settings: Settings
) -> None:
    await published(organiser, offices=many_offices(12))
    await queue(client, worker)
    other = Database(settings.database_url)

    taken = await asyncio.gather(*(claim(each, settings) for each in (database, other, database, other)))
    await other.close()

    assert sum(len(each) for each in taken) == 5


async def test_a_domain_gets_more_at_once_while_all_goes_well_and_fewer_when_it_says_not_now(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(12))
    await queue(client, worker)

    await worker.drain()
    grown = await concurrency(database)
    await queue(client, worker, "ada@supporter.example.org")
    await an_hour_later(database)
    relay.at_rcpt["*"] = ["451 4.7.1 too many"] * 12
    await worker.drain()

    assert grown > 6
    assert await concurrency(database) < grown / 2


async def concurrency(database: Database) -> float:
    async with database.reading() as session:
        return (await session.exec(select(Destination.concurrency))).one()


async def test_an_organisation_begins_no_more_letters_on_one_day_than_its_ceiling(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, settings: Settings
) -> None:
    await published(organiser, offices=many_offices(8))
    await queue(client, worker)
    low = settings.model_copy(update={"organisation_daily_limit": 3})
    worker.settings = low

    await worker.drain()
    first_day = len(relay.accepted)
    async with database.transaction() as session:
        await session.exec(sa.update(OrganisationDay).values(day=now().date() - timedelta(days=1)))
    await worker.drain()

    assert (first_day, len(relay.accepted)) == (3, 6)


async def test_a_letter_that_is_tried_again_waits_for_a_slot_like_any_other(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(hourly_limit=6)])
    await crowd(client, worker, 1)
    relay.at_rcpt[OFFICE] = ["451 4.7.1 greylisted"]

    await worker.drain()
    await let_time_pass(database)
    await worker.drain()
    too_early = len(relay.to(OFFICE))
    await an_hour_later(database, 900)
    await worker.drain()

    assert (too_early, len(relay.to(OFFICE))) == (0, 1)


async def test_what_a_dead_worker_held_goes_again_and_takes_the_next_slot(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, settings: Settings
) -> None:
    await published(organiser, offices=[office(hourly_limit=6)])
    await crowd(client, worker, 2)
    assert len(await claim(database, settings)) == 1
    async with database.transaction() as session:  # nobody settles it
        await session.exec(sa.update(Destination).values(concurrency=1))
    await let_time_pass(database)
    await worker.drain()
    again = len(relay.to(OFFICE))
    await an_hour_later(database, 800)
    await worker.drain()

    assert (again, len(relay.to(OFFICE))) == (1, 1)


async def test_an_office_without_an_address_keeps_no_letter_waiting(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    made = await published(organiser, offices=[office(hourly_limit=1)])
    await crowd(client, worker, 6)
    dead = {"emails": [{"address": OFFICE, "dead": True}]}
    await organiser.patch(f"{API}/officials/{made['offices'][0]}", json=dead)

    await worker.drain()

    assert [each.due_at for each in await deliveries(database)] == [None] * 6


async def test_the_stats_say_when_the_last_letter_is_expected_to_leave(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, offices=[office(hourly_limit=6)])
    empty = (await client.get(f"{API}/campaigns/free-ada/stats")).json()
    await crowd(client, worker, 4)
    await worker.drain()

    waiting = (await client.get(f"{API}/campaigns/free-ada/stats")).json()

    assert empty["last_expected_at"] is None
    expected = datetime.fromisoformat(waiting["last_expected_at"]) - now()
    assert timedelta(minutes=29) < expected < timedelta(minutes=36)  # three more, one each ten minutes and a bit
