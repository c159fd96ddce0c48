"""The group that runs campaigns, its organisers, and their keys."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.columns import enum_field, id_field, now


class Role(StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    ANALYST = "analyst"


class Organisation(SQLModel, table=True):
    id: uuid.UUID = id_field()
    slug: str = Field(max_length=80, unique=True)
    name: str = Field(max_length=200)
    created_at: datetime = Field(default_factory=now)


class Organiser(SQLModel, table=True):
    """A person who runs campaigns for an organisation."""

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    name: str = Field(max_length=200)
    role: Role = enum_field(Role)
    created_at: datetime = Field(default_factory=now)


class ApiKey(SQLModel, table=True):
    """A key of an organiser: random bytes, shown once and kept as their SHA-256."""

    __tablename__ = "api_key"

    id: uuid.UUID = id_field()
    organiser_id: uuid.UUID = Field(foreign_key="organiser.id", index=True)
    digest: bytes = Field(unique=True)
    created_at: datetime = Field(default_factory=now)
    revoked_at: datetime | None = None
