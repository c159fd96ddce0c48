"""Every list is `{"items", "next_cursor"}`, and can be walked in pages of one."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.database import Database
from tests.factories import API, draft, post
from tests.people import OLGA, bearing, person, token_of
from tests.routers.test_campaigns import walk
from tests.steps import get, problem

HOOK = {"url": "https://example.org/", "topics": ["campaign.closed"]}


@pytest.fixture
async def owner(app: FastAPI, client: AsyncClient, database: Database) -> AsyncIterator[AsyncClient]:
    """An owner, signed in twice."""
    await person(database)
    await token_of(client)
    async with bearing(app, await token_of(client)) as opened:
        yield opened


async def one_of_each(owner: AsyncClient, office: str, n: int) -> None:
    await post(owner, "/campaigns/free-ada/preview-links", {"note": "for a friend"})
    await post(owner, "/webhooks", HOOK)
    await post(owner, "/auth/keys", {"name": f"key {n}", "scope": "analyst", "days": 9})
    await post(owner, "/organisers", {"email": f"n{n}@example.org", "role": "editor"}, status=202)
    holder = {"name": f"Holder {n}", "since": f"202{n + 1}-01-01"}
    assert (await owner.patch(f"{API}/officials/{office}", json={"holder": holder})).is_success


async def test_short_lists_have_cursors_too(owner: AsyncClient, database: Database) -> None:
    (office,) = (await draft(owner))["offices"]
    await person(database, "eve@committee.example.org")
    for n in range(2):
        await one_of_each(owner, office, n)
    for path in (
        "/campaigns/free-ada/preview-links", "/webhooks", "/auth/keys", "/auth/sessions", "/organisers",
        "/organisers/invitations", f"/officials/{office}/holders",
    ):  # fmt: skip
        whole = [each["id"] for each in (await get(owner, path))["items"]]
        assert len(whole) >= 2, path
        assert await walk(owner, f"{path}?limit=1") == whole
        problem(await owner.get(f"{API}{path}?cursor=AAAAAAAAAAAAAAAAAAAAAA"), 422, pointer="?cursor")
    assert OLGA in [each["email"] for each in (await get(owner, "/organisers"))["items"]]
