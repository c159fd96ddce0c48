"""What every test may ask for: a database of its own on each engine, the real app, a real mail server."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pwdlib.hashers.argon2 import Argon2Hasher
from xdist.remote import Producer

from app import schema
from app.config import Settings
from app.database import Database
from app.delivery.mailer import SmtpMailer
from app.delivery.worker import Worker
from app.main import create_app
from app.services.sealing import Keys
from app.services.team import organisers
from app.services.team.passwords import Passwords
from app.starting import GARBAGE
from tests.compiling import compile_once
from tests.postgres import drop_database, empty, fresh_database, postgres_server
from tests.relay import Relay
from tests.spreading import Spread, longest_first

SECRET = "a-secret-for-tests-of-enough-length-0123456789"
LIGHT = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)  # what it takes otherwise is tests/services/team's

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For a test, or a table of them, in which the database plays no role."""


def pytest_configure() -> None:
    compile_once()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Spread:
    return Spread(config, log)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def migrated() -> dict[str, str]:
    """Migrated databases by engine, to copy or to empty: migrating takes longer than most tests."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, migrated: dict[str, str]
) -> AsyncIterator[str]:
    """The URL of a migrated, empty database."""
    if request.param == "sqlite":
        yield await _new_file(tmp_path, tmp_path_factory, migrated)
        return
    if "postgresql" not in migrated:
        migrated["postgresql"] = await fresh_database(request.getfixturevalue("postgres"))
        await _migrate(migrated["postgresql"])
    yield migrated["postgresql"]
    await empty(migrated["postgresql"])


@pytest.fixture(params=["sqlite", "postgresql"])
async def untouched_database_url(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, migrated: dict[str, str]
) -> AsyncIterator[str]:
    """The URL of a migrated database that no other test has had or will have, whatever becomes of its tables."""
    if request.param == "sqlite":
        yield await _new_file(tmp_path, tmp_path_factory, migrated)
        return
    server: str = request.getfixturevalue("postgres")
    await _migrate(url := await fresh_database(server))
    yield url
    await drop_database(server, url)


async def _new_file(folder: Path, templates: pytest.TempPathFactory, migrated: dict[str, str]) -> str:
    """Return the URL of a copy of a migrated file."""
    if "sqlite" not in migrated:
        migrated["sqlite"] = str(templates.mktemp("template") / "template.db")
        await _migrate(f"sqlite+aiosqlite:///{migrated['sqlite']}")
    (folder / "test.db").write_bytes(Path(migrated["sqlite"]).read_bytes())  # noqa: ASYNC240 - a small file
    return f"sqlite+aiosqlite:///{folder}/test.db"


async def _migrate(url: str) -> None:
    database = Database(url)
    await schema.migrate(database)
    await database.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    """A real SMTP server on this machine, which keeps what it accepts and refuses what it is told to refuse."""
    async with Relay() as running:
        yield running


@pytest.fixture
def settings(database_url: str, relay: Relay, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=database_url,
        smtp_url=relay.url,
        secret_key=SECRET,
        worker=False,
        retry_first=1,
        pacing=False,
        mailbox=tmp_path / "mailbox",
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    made = create_app(settings)
    made.state.passwords = Passwords(LIGHT)
    async with LifespanManager(made):
        yield made


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A member of the public."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as opened:
        yield opened


@pytest.fixture
async def organiser(app: FastAPI, database: Database) -> AsyncIterator[AsyncClient]:
    """An organiser with a key."""
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Committee", name="Olga Organiser")
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers) as opened:
        yield opened


@pytest.fixture
async def worker(settings: Settings, database: Database, relay: Relay) -> AsyncIterator[Worker]:
    """A delivery worker that runs when told to: `await worker.drain()`."""
    mailer = SmtpMailer(relay.url, first_pause=0.1)
    yield Worker(database, mailer, Keys(settings.secret_key), settings)
    await mailer.close()


@pytest.fixture(scope="session", autouse=True)
def _little_garbage() -> None:
    """What importing has made is not searched for garbage again and again: as `serve` does it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
