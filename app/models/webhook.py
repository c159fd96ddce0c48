"""An address of an organisation's own that is told what happens, and the log of what it was told."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, json_field, now
from app.models.text import Line
from app.pagination import PageRequest


class Topic(StrEnum):
    """What a webhook can be told about."""

    CAMPAIGN_PUBLISHED = "campaign.published"
    CAMPAIGN_PAUSED = "campaign.paused"
    CAMPAIGN_RESUMED = "campaign.resumed"
    CAMPAIGN_CLOSED = "campaign.closed"
    LETTERS_SENT = "letters.sent"
    PRISONER_STATUS_CHANGED = "prisoner.status_changed"


class CallStatus(StrEnum):
    """What became of a call."""

    WAITING = "waiting"
    TAKEN = "taken"
    GIVEN_UP = "given_up"


OVERLAP = timedelta(days=1)  # for which the secret before signs too


class WebhookBase(SQLModel):
    url: str = Field(max_length=500, description="Where to call: begins with https://.")
    note: Line | None = Field(default=None, max_length=200)


class Webhook(WebhookBase, table=True):
    """`sealed_secret` signs its calls; an organiser sees it once."""

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    topics: list[str] = json_field()
    sealed_secret: bytes
    sealed_secret_before: bytes | None = Field(default=None, description="Signs beside the present one for a day.")
    secret_changed_at: datetime | None = None
    in_use: bool = True
    created_at: datetime = Field(default_factory=now)

    def secrets_overlap_at(self, at: datetime) -> bool:
        return self.secret_changed_at is not None and at < self.secret_changed_at + OVERLAP


_DUE = sa.text("due_at IS NOT NULL")


class WebhookCall(SQLModel, table=True):
    """One thing that one webhook is told. `due_at`: when it may next be tried; null: over."""

    __tablename__ = "webhook_call"
    __table_args__ = (sa.Index("ix_webhook_call_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),)

    id: uuid.UUID = id_field()
    webhook_id: uuid.UUID = Field(foreign_key="webhook.id", index=True)
    topic: Topic = enum_field(Topic)
    about: uuid.UUID = Field(description="The campaign or prisoner.")
    body: str = Field(sa_type=sa.Text, description="The JSON as it is sent and signed.")
    status: CallStatus = enum_field(CallStatus, default=CallStatus.WAITING)
    due_at: datetime | None = None
    lease: uuid.UUID | None = None
    attempts: int = 0
    answer: str | None = Field(default=None, max_length=200, description="What came of the last attempt.")
    created_at: datetime = Field(default_factory=now)
    tried_at: datetime | None = None


class WebhookCount(SQLModel, table=True):
    """How many letters of a campaign a webhook has been told of."""

    __tablename__ = "webhook_count"

    webhook_id: uuid.UUID = Field(foreign_key="webhook.id", primary_key=True)
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True, index=True)
    letters_sent: int
    told_at: datetime


class WebhookCreate(WebhookBase, Strict):
    topics: list[Topic] = Field(min_length=1, description="What it is told about.")


class WebhookUpdate(Strict):
    """Only what is sent is changed. For another address, add another webhook."""

    topics: list[Topic] | None = Field(default=None, min_length=1)
    note: Line | None = None
    in_use: bool | None = None


class WebhookPublic(WebhookBase):
    id: uuid.UUID
    topics: list[Topic]
    in_use: bool
    created_at: datetime
    secret_changed_at: datetime | None = Field(description="For a day after it, calls bear two signatures.")


class WebhookCreated(WebhookPublic):
    secret: str = Field(description="Signs every call. Shown this once: keep it.")


class CallQuery(PageRequest):
    """Which calls to list."""

    status: CallStatus | None = None
    topic: Topic | None = None


class WebhookCallPublic(SQLModel):
    """One line of a webhook's log."""

    id: uuid.UUID
    topic: Topic
    status: CallStatus
    attempts: int
    answer: str | None
    body: dict[str, Any]
    created_at: datetime
    tried_at: datetime | None
    due_at: datetime | None
