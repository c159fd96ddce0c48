"""Organisers for tests: with an account, a role, and a client that is signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pwdlib import PasswordHash

from app.database import Database
from app.models.organisation import Role
from app.services.sealing import Keys
from app.services.team import accounts, organisers
from tests.conftest import LIGHT, SECRET
from tests.factories import API

PASSWORD = "correct horse battery"
OLGA = "olga@committee.example.org"


@cache
def hashed(password: str = PASSWORD) -> str:
    return PasswordHash((LIGHT,)).hash(password)


async def person(
    database: Database, email: str = OLGA, *, role: Role = Role.OWNER, organisation: str = "Committee"
) -> str:
    """Add an organiser with an account; return their id."""
    async with database.transaction() as session:
        to = await organisers.organisation_named(session, organisation)
        organiser = await organisers.add(session, to, name=email.partition("@")[0].title(), role=role)
        await accounts.make(session, Keys(SECRET), organiser, email=email, password_hash=hashed())
    return str(organiser.id)


async def try_to_sign_in(client: AsyncClient, email: str = OLGA, **overrides: Any) -> Response:
    return await client.post(f"{API}/auth/token", json={"email": email, "password": PASSWORD, **overrides})


async def token_of(client: AsyncClient, email: str = OLGA, **overrides: Any) -> str:
    """Sign in and return the session's token."""
    answer = await try_to_sign_in(client, email, **overrides)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@asynccontextmanager
async def bearing(app: FastAPI, token: str | None = None, *, host: str = "127.0.0.1") -> AsyncIterator[AsyncClient]:
    """A client that sends this token, from this address."""
    transport = ASGITransport(app, client=(host, 1), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as opened:
        yield opened
