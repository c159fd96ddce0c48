"""A key of an organiser, for programs: random bytes, shown once and kept as their SHA-256."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, now
from app.models.organisation import Role
from app.models.text import Line

LONGEST_LIFE = 366  # days


class ApiKey(SQLModel, table=True):
    __tablename__ = "api_key"

    id: uuid.UUID = id_field()
    organiser_id: uuid.UUID = Field(foreign_key="organiser.id", index=True)
    name: str = Field(default="", max_length=100)
    scope: Role = enum_field(Role, default=Role.OWNER, description="The most it may do, whoever its organiser is.")
    digest: bytes = Field(unique=True)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiKeyCreate(Strict):
    name: Line = Field(max_length=100, description="What it is for, such as: the newsletter's script.")
    scope: Role = Field(description="The most that the key may do. It never may more than you.")
    days: int = Field(default=90, ge=1, le=LONGEST_LIFE, description="After so many days it ends by itself.")


class ApiKeyPublic(SQLModel):
    id: uuid.UUID
    organiser_id: uuid.UUID
    name: str
    scope: Role
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeyShown(ApiKeyPublic):
    key: str = Field(description="Shown this once: only its digest is kept.")
