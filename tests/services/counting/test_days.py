"""A letter's day is the one of its campaign's time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.models.columns import day_in
from tests.factories import API, campaign, published
from tests.steps import differences, get, patch, problem, stats, write

EARLY, LATE = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 hours apart: never on the same day


@pytest.mark.parametrize("zone", [EARLY, LATE])
async def test_letters_are_counted_on_the_day_of_the_campaigns_time_zone(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database, zone: str
) -> None:
    await published(organiser, timezone=zone)
    before = datetime.now(ZoneInfo(zone)).date()
    await write(client)
    await worker.drain()
    assert (await get(client, "/campaigns/free-ada"))["timezone"] == zone
    days = (await stats(client, "?by=day"))["by"]["day"]
    assert days in ({str(day): {"sent": 2}} for day in (before, datetime.now(ZoneInfo(zone)).date()))
    assert await differences(database) == []


async def test_a_time_zone_exists_and_is_fixed_when_the_campaign_is_made(organiser: AsyncClient) -> None:
    for zone in ("Europe/Nowhere", "", "../UTC", "x" * 300):
        refused = await organiser.post(f"{API}/campaigns", json=campaign(slug="other", timezone=zone))
        problem(refused, 422, pointer="/timezone")
    await published(organiser)
    assert (await get(organiser, "/campaigns/free-ada"))["timezone"] == "UTC"
    problem(await organiser.patch(f"{API}/campaigns/free-ada", json={"timezone": "Europe/Minsk"}), 422)
    assert (await patch(organiser, "/campaigns/free-ada", goal=5))["timezone"] == "UTC"


@pytest.mark.parametrize(
    ("zone", "hour", "day"), [("UTC", 22, 29), ("Europe/Minsk", 22, 30), ("America/Caracas", 2, 28)]
)
def test_midnight_is_where_the_campaign_is(zone: str, hour: int, day: int) -> None:
    assert day_in(zone, datetime(2026, 3, 29, hour, 30, tzinfo=UTC)).day == day
