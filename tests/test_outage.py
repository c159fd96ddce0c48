"""The database goes away under the service, and comes back."""

from pathlib import Path

from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

from app import schema
from app.config import Settings
from app.database import Database
from app.main import create_app
from tests.factories import API, submission
from tests.postgres import own_server
from tests.steps import LETTERS, problem


async def test_while_postgresql_is_away_everybody_is_asked_to_come_again_and_then_served(tmp_path: Path) -> None:
    with own_server([]) as server:
        database = Database(server.url)
        await schema.migrate(database)
        await database.close()
        app = create_app(Settings(_env_file=None, database_url=server.url, worker=False, mailbox=tmp_path))
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with LifespanManager(app), AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.get(f"{API}/campaigns")).status_code == 200

            server.crash()
            for _ in range(2):  # with connections that are kept, and then without
                away = [await client.get(f"{API}/campaigns"), await client.post(API + LETTERS, json=submission())]
                for answer in away:
                    problem(answer, 503)
                    assert answer.headers["retry-after"]
            server.launch()
            server.wait_until_ready()

            assert (await client.get(f"{API}/campaigns")).status_code == 200
