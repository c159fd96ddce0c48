"""A repeated request gets the answer of the first."""

import hashlib
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import insert_if_new
from app.errors import invalid
from app.models.columns import now
from app.models.idempotency import Idempotency


async def answer_before(session: AsyncSession, scope: str, key: str, request: bytes) -> dict[str, Any] | None:
    """Return the answer that this key got before; None if it is new. Refuse the key for another request."""
    row = {"key": _digest(scope, key), "request": request, "answer": {}, "created_at": now()}
    if await insert_if_new(session, Idempotency, row):
        return None
    before = await session.get_one(Idempotency, row["key"])
    if before.request != request:
        raise invalid("Idempotency-Key", "This key was used for another request. Take a new key for each submission.")
    return before.answer


async def remember(session: AsyncSession, scope: str, key: str, answer: dict[str, Any]) -> None:
    """Keep the answer to be given again."""
    row = await session.get_one(Idempotency, _digest(scope, key))
    row.answer = answer


def _digest(scope: str, key: str) -> bytes:
    return hashlib.sha256(f"{scope}\0{key}".encode()).digest()
