"""Who did what, when, from which to which. Entries are never changed: the database refuses it."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import Field as Parameter
from sqlmodel import Field, SQLModel

from app.models.columns import enum_field, id_field, json_field, now
from app.pagination import PageRequest


class Deed(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    IMPORTED = "imported"
    EXPORTED = "exported"


class AuditEntry(SQLModel, table=True):
    """No organiser: the service itself, an operator at the command line, or a link in a mail."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index(None, "organisation_id", "id"),
        sa.Index(None, "organisation_id", "thing_id", "id"),
    )

    id: uuid.UUID = id_field()
    at: datetime = Field(default_factory=now)
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id")
    organiser_id: uuid.UUID | None = Field(default=None, foreign_key="organiser.id")
    api_key_id: uuid.UUID | None = Field(default=None, foreign_key="api_key.id")
    deed: Deed = enum_field(Deed)
    kind: str = Field(max_length=40)
    thing_id: uuid.UUID
    thing: str = Field(max_length=200)
    changes: dict[str, Any] = json_field(default_factory=dict)


class AuditQuery(PageRequest):
    """Which entries to list, newest first."""

    organiser: uuid.UUID | None = Parameter(None, description="Who did it.")
    kind: str | None = Parameter(
        None, max_length=40, pattern="^[a-z_]+$", description="What was changed, such as `campaign` or `api_key`."
    )
    thing: uuid.UUID | None = Parameter(None, description="The id of what was changed.")
    since: date | None = Parameter(None, alias="from", description="First day, in UTC.")
    until: date | None = Parameter(None, alias="to", description="Last day, in UTC.")


class AuditPublic(SQLModel):
    id: uuid.UUID
    at: datetime
    organiser_id: uuid.UUID | None = Field(
        description="Null: the service itself, an operator at the command line, or the bearer of a link in a mail."
    )
    organiser: str | None
    api_key_id: uuid.UUID | None = Field(description="The API key by which it was done, if it was one.")
    deed: Deed
    kind: str = Field(description="A table, such as `campaign`, or a part of a thing, such as `official`.")
    thing_id: uuid.UUID = Field(description="Of the thing; of a part, that of the whole; of an import, its own.")
    thing: str = Field(description="Its name at the time.")
    changes: dict[str, Any] = Field(description='`{field: {"from": …, "to": …}}`')
