"""A repeated request gets the answer of the first."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, invalid
from app.models.idempotency import Idempotency
from app.rows.asking import among, table_of
from app.rows.prepared import Prepared

_under_way: set[bytes] = set()


@contextmanager
def one_at_a_time(scope: str, key: str) -> Iterator[bytes]:
    """Refuse a second request with the same key while this process still answers the first; yield the key's digest."""
    used = digest(scope, key)
    if used in _under_way:
        raise still_under_way()
    _under_way.add(used)
    try:
        yield used
    finally:
        _under_way.discard(used)


class Answered(NamedTuple):
    """An answer as it is kept: digests of the key and of the request, and what was said."""

    key: bytes
    request: bytes
    answer: str  # as JSON
    created_at: datetime


async def answers_before(session: AsyncSession, keys: Collection[bytes]) -> dict[bytes, Answered]:
    """Return what was answered to these keys before."""
    if not keys:
        return {}
    return {row[0]: Answered(*row) for row in await _kept.rows(session, keys=list(keys))}


@Prepared
def _kept(session: AsyncSession, keys: list[bytes]) -> sa.Select[Any]:
    table = table_of(Idempotency)
    return sa.select(*(table.c[name] for name in Answered._fields)).where(among(session, table.c.key, keys))


def repeated(before: Answered, request: bytes) -> str:
    """Return the first answer again, or refuse the key for another request."""
    if before.request != request:
        raise invalid("Idempotency-Key", "This key was used for another request. Take a new key for each submission.")
    return before.answer


def still_under_way() -> Conflict:
    return Conflict("The first request with this key is still under way. Ask again in a moment for its answer.")


def digest(scope: str, key: str) -> bytes:
    """Return by what a client's key is found again."""
    return hashlib.sha256(f"{scope}\0{key}".encode()).digest()
