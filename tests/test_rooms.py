"""Serving begins with what supporters come for; everything else opens when somebody comes."""

import asyncio
import subprocess
import sys

from fastapi import FastAPI
from httpx import AsyncClient

from app.rooms.late import Late

LATE = ("app.rooms.back", "app.routers.osdi", "app.delivery.worker", "app.exports", "app.imports", "alembic", "typst")


def test_serving_starts_without_what_organisers_and_workers_need() -> None:
    look = (
        f"import app.commands.serving, app.main, sys; app.main.create_app(); print(*sys.modules.keys() & set({LATE}))"
    )
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert found.stdout.split() == []


async def test_rooms_at_the_back_open_to_all_who_come_first_together(app: FastAPI, client: AsyncClient) -> None:
    answers = await asyncio.gather(
        client.get("/api/v1/audit"),
        client.get("/api/v1/webhooks"),
        client.get("/api/v1/nothing-here"),
        client.put("/health/live"),
        client.get("/openapi.json"),
        client.get("/health/live"),
    )
    assert [answer.status_code for answer in answers] == [401, 401, 404, 405, 200, 200]
    assert "/api/v1/audit" in answers[4].json()["paths"]
    assert not any(isinstance(route, Late) for route in app.router.routes)
