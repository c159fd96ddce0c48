"""What one kind of table is: its fields, the names that people use for them, and what a row of it does."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Generic, TypeVar

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports import rows
from app.imports.changes import Decision
from app.imports.report import Fault, Touched
from app.imports.rows import Row, Source
from app.services.sealing import Keys

There = TypeVar("There")

Decisions = Mapping[int, Decision]  # by the number of the row

NO_KEY = "Give each row an id of your own here: by it, the next import finds the same one again."


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, and whose they are."""

    organisation_id: uuid.UUID
    rows: Sequence[Row]
    given: Mapping[str, Any]  # what was set for all rows
    lock: bool  # whether what is found is about to be changed
    keys: Keys | None = None  # for what is kept sealed

    def texts(self, name: str) -> list[str]:
        """Return what the rows say in a column of text."""
        return [text for row in self.rows if isinstance(text := row.values.get(name), str)]


@dataclass(frozen=True)
class Kind(Generic[There]):
    """Load what the rows speak of; then find for each row its keys, and what it changes. The last two are pure."""

    model: type[BaseModel]
    load: Callable[[AsyncSession, Batch], Awaitable[There]]
    keys: Callable[[Row, There], list[str] | Fault]
    decide: Callable[[Row, There, Batch], Decision]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    open: Callable[[BinaryIO, type[BaseModel], Mapping[str, str], Mapping[str, str]], Source] = rows.from_table
    own_settings: frozenset[str] = frozenset()  # what can be set for all rows and is no column
    foretell: Callable[[AsyncSession, Decisions], Awaitable[Touched]] | None = None  # what they would do to campaigns
    draw: Callable[[AsyncSession, Decisions, Touched], Awaitable[None]] | None = None  # do it, once they are written
