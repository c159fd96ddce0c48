"""Optimistic locking: a row carries a revision, which is its ETag, and a change names the revision it was made from."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, Stale
from app.services import correcting


class Revised(Protocol):
    revision: int


def etag(revision: int) -> str:
    """Return the ETag of a revision."""
    return f'"{revision}"'


def require(revision: int, if_match: str | None) -> None:
    """Refuse a change that was made from another revision. Without If-Match, the last one wins."""
    if if_match is not None and if_match.strip() not in {"*", etag(revision)}:
        raise Stale(
            "It has been changed since you read it. Read it again, and apply your change to what stands there now."
        )


async def insert(session: AsyncSession, row: SQLModel, *, taken: Conflict) -> None:
    """Insert a row, and let the database say whether its name is taken."""
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise taken from None


async def change(session: AsyncSession, row: Any, values: Mapping[str, Any]) -> None:  # noqa: ANN401 - any Revised row
    """Set the values and move the revision on; refuse to empty what must not be empty."""
    correcting.refuse_empty(type(row), values)
    for name, value in values.items():
        setattr(row, name, value)
    row.revision += 1
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict("Another one has this external id already: it stands for one only.") from None
