"""What keeps delivery from flooding anybody: whose turn it is, and when an office and a mail domain take the next."""

import uuid
from datetime import date, datetime

from sqlmodel import Field, SQLModel


class Stream(SQLModel, table=True):
    """The letters of one campaign to one office. Streams take turns."""

    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True)
    office_id: uuid.UUID = Field(foreign_key="office.id", primary_key=True)
    turn_at: datetime | None = Field(default=None, description="When a letter of it was last claimed.")


class OfficePace(SQLModel, table=True):
    """When an office takes its next letter: at `slot_at`, an even step after the last, and some jitter later."""

    __tablename__ = "office_pace"

    office_id: uuid.UUID = Field(foreign_key="office.id", primary_key=True)
    slot_at: datetime
    next_at: datetime


class Destination(SQLModel, table=True):
    """A mail domain of offices, and how many letters to it may be in hand at once, over all workers."""

    domain: str = Field(primary_key=True, max_length=255)
    concurrency: float


class OrganisationDay(SQLModel, table=True):
    """How many letters of an organisation were begun on one day, in UTC."""

    __tablename__ = "organisation_day"

    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", primary_key=True)
    day: date = Field(primary_key=True)
    letters: int


class AttemptTally(SQLModel, table=True):
    """How many attempts ended in which way, over all workers and since the beginning: for the metrics."""

    __tablename__ = "attempt_tally"

    outcome: str = Field(primary_key=True, max_length=32)
    attempts: int
