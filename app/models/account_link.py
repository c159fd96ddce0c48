"""A link in a mail to join an organisation, or to choose a new password. It is good once, and for a short time."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, now
from app.models.organisation import Role
from app.models.text import Email


class Purpose(StrEnum):
    JOIN = "join"
    RESET = "reset"
    ENDORSE = "endorse"  # this row is only the mail's: its link is the endorsement's own


_DUE = sa.text("due_at IS NOT NULL")


class AccountLink(SQLModel, table=True):
    """`due_at`: when its mail is next tried. Null: over. Whether anybody has the address, only the worker looks up."""

    __tablename__ = "account_link"
    __table_args__ = (sa.Index("ix_account_link_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),)

    id: uuid.UUID = id_field()
    purpose: Purpose = enum_field(Purpose)
    digest: bytes = Field(index=True)
    sealed_email: bytes
    organisation_id: uuid.UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    role: Role | None = enum_field(Role, default=None, nullable=True)
    endorsement_id: uuid.UUID | None = Field(default=None, foreign_key="endorsement.id", index=True)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = Field(default=None, description="When it was used or taken back.")
    due_at: datetime | None = None
    attempts: int = 0


class InvitationCreate(Strict):
    email: Email
    role: Role


class InvitationPublic(SQLModel):
    id: uuid.UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime
