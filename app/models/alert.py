"""A mail to an organiser about a campaign that needs them: it is paused, its letters have stopped, or it is hidden."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import enum_field, id_field, now


class AlertKind(StrEnum):
    PAUSED = "paused"
    STOPPED = "stopped"
    HIDDEN = "hidden"


_DUE = sa.text("due_at IS NOT NULL")


class Alert(SQLModel, table=True):
    """`due_at`: when it is next tried. Null: over. To which address, the worker looks up when it is sent."""

    __table_args__ = (sa.Index("ix_alert_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),)

    id: uuid.UUID = id_field()
    kind: AlertKind = enum_field(AlertKind)
    organiser_id: uuid.UUID = Field(foreign_key="organiser.id", index=True)
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", index=True)
    words: str = Field(
        max_length=500,
        description="Why, as the campaign's `trouble` said; or which prisoner, and where they stand.",
    )
    due_at: datetime | None = Field(default_factory=now)
    attempts: int = 0
    created_at: datetime = Field(default_factory=now)
