"""Keyset pages: newest first, the cursor is the last id shown."""

import base64
import binascii
import uuid
from collections.abc import Sequence
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BaseModel, Field

from app.errors import invalid

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 200
NOT_HERE = "This is not a cursor of this list: take next_cursor from the page before, as it is."


class Identified(Protocol):
    id: uuid.UUID


Row = TypeVar("Row", bound=Identified)


class PageRequest(BaseModel):
    """Which page a client asks for."""

    cursor: str | None = Field(None, max_length=64, description="`next_cursor` of the page before.")
    limit: Annotated[int, Field(ge=1, le=MAXIMUM_LIMIT)] = DEFAULT_LIMIT

    @property
    def after(self) -> uuid.UUID | None:
        """The id after which this page begins."""
        return None if self.cursor is None else _decode(self.cursor)

    def cut(self, found: Sequence[Row]) -> tuple[Sequence[Row], str | None]:
        """Return the page and its next cursor, from one row more than the page has."""
        shown = found[: self.limit]
        return shown, _encode(shown[-1].id) if len(found) > self.limit else None

    def rest(self, found: Sequence[Row]) -> Sequence[Row]:
        """Return what comes behind the cursor in a short list that was read whole, in whatever order."""
        if self.after is None:
            return found
        place = next((number for number, each in enumerate(found) if each.id == self.after), None)
        if place is None:
            raise invalid("?cursor", NOT_HERE)
        return found[place + 1 :]

    def page(self, found: Sequence[Row]) -> "Page[Row]":
        """Return the page of a short list that was read whole."""
        shown, next_cursor = self.cut(self.rest(found))
        return Page(items=list(shown), next_cursor=next_cursor)


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


def _encode(last: uuid.UUID) -> str:
    """Return the cursor that continues after this id."""
    return base64.urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def _decode(cursor: str) -> uuid.UUID:
    try:
        return uuid.UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise invalid(
            "?cursor", "This is not a cursor of ours: take next_cursor from the page before, as it is."
        ) from error
