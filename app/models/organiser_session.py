"""A signed-in organiser: a random bearer token with a short life, kept as its SHA-256."""

import uuid
from datetime import datetime
from typing import Literal

from sqlmodel import Field, SQLModel

from app.models.columns import id_field, now


class OrganiserSession(SQLModel, table=True):
    __tablename__ = "organiser_session"

    id: uuid.UUID = id_field()
    organiser_id: uuid.UUID = Field(foreign_key="organiser.id", index=True)
    digest: bytes = Field(unique=True)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime = Field(index=True)
    revoked_at: datetime | None = None


class TokenShown(SQLModel):
    access_token: str = Field(description="Shown this once: only its digest is kept.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the kind of token, not one
    expires_at: datetime


class OrganiserSessionPublic(SQLModel):
    id: uuid.UUID
    created_at: datetime
    expires_at: datetime
    this: bool = Field(description="Whether it is the one that asks.")
