"""What happens to a prisoner, and which status follows from it."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, now
from app.models.prisoner import PrisonerStatus
from app.models.text import Line, PastDate, WebAddress


class EventKind(StrEnum):
    ARREST = "arrest"
    CHARGE = "charge"
    TRIAL = "trial"
    SENTENCE = "sentence"
    TRANSFER = "transfer"
    HEALTH = "health"
    RELEASE = "release"
    AMNESTY = "amnesty"
    EXCHANGE = "exchange"
    DEATH = "death"


STATUS_AFTER: dict[EventKind, PrisonerStatus | None] = {
    EventKind.ARREST: PrisonerStatus.DETAINED,
    EventKind.CHARGE: PrisonerStatus.AWAITING_TRIAL,
    EventKind.TRIAL: PrisonerStatus.AWAITING_TRIAL,
    EventKind.SENTENCE: PrisonerStatus.CONVICTED,
    EventKind.TRANSFER: None,
    EventKind.HEALTH: None,
    EventKind.RELEASE: PrisonerStatus.RELEASED,
    EventKind.AMNESTY: PrisonerStatus.RELEASED,
    EventKind.EXCHANGE: PrisonerStatus.EXILED,
    EventKind.DEATH: PrisonerStatus.DIED,
}
FREES = frozenset({EventKind.RELEASE, EventKind.AMNESTY, EventKind.EXCHANGE})


class EventBase(SQLModel):
    kind: EventKind = enum_field(EventKind)
    happened_on: PastDate = Field(
        max_length=10, description="As exactly as it is known. A month or a year stands before all days in it."
    )
    note: Line | None = None
    source_title: Line | None = Field(default=None, description="Where it was reported.")
    source_url: WebAddress | None = None


class PrisonerEvent(EventBase, table=True):
    __tablename__ = "prisoner_event"
    __table_args__ = (sa.Index("ix_prisoner_event_prisoner_id_happened_on", "prisoner_id", "happened_on"),)

    id: uuid.UUID = id_field()
    prisoner_id: uuid.UUID = Field(foreign_key="prisoner.id")
    created_at: datetime = Field(default_factory=now)


class EventCreate(EventBase, Strict):
    pass


class EventUpdate(Strict):
    """Only what is sent is changed."""

    kind: EventKind | None = None
    happened_on: PastDate | None = None
    note: Line | None = None
    source_title: Line | None = None
    source_url: WebAddress | None = None


class EventPublic(EventBase):
    id: uuid.UUID
