"""The demonstration: complete, dated, and unable to write to anybody."""

import json
import re

import pytest
import sqlalchemy as sa
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from sqlmodel import SQLModel

from app.config import Settings
from app.database import Database
from app.main import create_app
from app.services import demo
from tests.factories import API

KEY = "uns_a-key-for-the-demonstration"
ADDRESS = re.compile(r"[\w.+-]+@([\w.-]+)")
WEB = re.compile(r"https?://([^/\s\"]+)")
DATED = {"en": "September 2024", "de": "September 2024", "ru": "сентябр[ья] 2024"}
ALSO_DATED = {"es": "septiembre de 2024", "fr": "septembre 2024"}


async def contents(database: Database) -> dict[str, list[dict[str, object]]]:
    """Every row of every table."""
    async with database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in (await connection.execute(sa.select(table))).mappings()]
            for table in SQLModel.metadata.sorted_tables
        }


@pytest.fixture
async def loaded(database: Database) -> Database:
    async with database.transaction() as session:
        assert await demo.load(session, key=KEY)
    return database


async def test_the_demonstration_is_complete_dated_and_harmless(loaded: Database, settings: Settings) -> None:
    before = await contents(loaded)
    everything = json.dumps(before, default=str, ensure_ascii=False)

    assert {domain for domain in ADDRESS.findall(everything) if not under_example_org(domain)} == set()
    assert {domain for domain in WEB.findall(everything) if not under_example_org(domain)} == set()

    app = create_app(settings)
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        campaigns = (await client.get(f"{API}/campaigns")).json()["items"]
        people = (await client.get(f"{API}/prisoners")).json()["items"]
        statuses = sorted((each["status"], each["outcome"]) for each in campaigns if each["status"] != "active")

        assert len(people) == 5
        assert len(campaigns) == 3
        assert statuses == [("closed", "won")]
        for text in [text for each in [*people, *campaigns] for text in each["summary"].items()]:
            assert re.search((DATED | ALSO_DATED)[text[0]], text[1]), text
        for person in people:
            assert set(person["summary"]) >= set(DATED)
            assert person["sources"], person["slug"]
            assert person["name"] != "Dmitry Luksha" or person["status"] == "released"
        for campaign in campaigns:
            assert set(campaign["languages"]) >= set(DATED)
            for country in ("DE", "FR", "PL", "US"):
                answer = await client.get(f"{API}/campaigns/{campaign['slug']}/officials", params={"country": country})
                offer = answer.json()
                assert bool(offer["items"]) is (campaign["status"] == "active"), (campaign["slug"], country)
                assert bool(offer["nobody_because"]) is (campaign["status"] != "active")

    async with loaded.transaction() as session:
        assert not await demo.load(session, key=KEY)
    assert await contents(loaded) == before


def under_example_org(domain: str) -> bool:
    return domain == "example.org" or domain.endswith(".example.org")
