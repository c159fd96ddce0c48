"""A repeated request gets the answer of the first."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import insert_if_new
from app.errors import Conflict, invalid
from app.models.columns import now
from app.models.idempotency import Idempotency

_under_way: set[bytes] = set()


@contextmanager
def one_at_a_time(scope: str, key: str) -> Iterator[None]:
    """Refuse a second request with the same key while this process still answers the first."""
    digest = _digest(scope, key)
    if digest in _under_way:
        raise still_under_way()
    _under_way.add(digest)
    try:
        yield
    finally:
        _under_way.discard(digest)


async def answer_before(session: AsyncSession, scope: str, key: str, request: bytes) -> dict[str, Any] | None:
    """Return the answer that this key got before; None if it is new. Refuse the key for another request."""
    before = await session.get(Idempotency, _digest(scope, key))
    if before is None:
        return None
    if before.request != request:
        raise invalid("Idempotency-Key", "This key was used for another request. Take a new key for each submission.")
    return before.answer


async def remember(session: AsyncSession, scope: str, key: str, request: bytes, answer: dict[str, Any]) -> None:
    """Keep the answer to be given again. Refuse if another process has answered in the meantime."""
    row = {"key": _digest(scope, key), "request": request, "answer": answer, "created_at": now()}
    if not await insert_if_new(session, Idempotency, row):
        raise still_under_way()


def still_under_way() -> Conflict:
    return Conflict("The first request with this key is still under way. Ask again in a moment for its answer.")


def _digest(scope: str, key: str) -> bytes:
    return hashlib.sha256(f"{scope}\0{key}".encode()).digest()
