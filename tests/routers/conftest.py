"""Somebody from another organisation."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.database import Database
from app.services.team import organisers


@pytest.fixture
async def stranger(app: FastAPI, database: Database) -> AsyncIterator[AsyncClient]:
    """An organiser with a key, of another organisation."""
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Another Committee", name="Otto Other")
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers) as opened:
        yield opened
