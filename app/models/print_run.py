"""Letters that organisers print together, and post."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, now
from app.models.paper import Paper
from app.models.text import Country

LARGEST_RUN = 1_000  # letters


class PrintRunStatus(StrEnum):
    PRINTED = "printed"
    POSTED = "posted"
    UNDONE = "undone"


class PrintRun(SQLModel, table=True):
    """Its letters point to it. `number` counts the runs of a campaign."""

    __tablename__ = "print_run"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: uuid.UUID = id_field()
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id")
    number: int
    status: PrintRunStatus = enum_field(PrintRunStatus, default=PrintRunStatus.PRINTED)
    country: str | None = Field(default=None, max_length=2)
    paper: Paper | None = enum_field(Paper, default=None, nullable=True)
    created_at: datetime = Field(default_factory=now)
    moved_at: datetime = Field(default_factory=now)


class PrintRunCreate(Strict):
    limit: int = Field(default=100, ge=1, le=LARGEST_RUN, description="How many letters at most, the oldest first.")
    office_ids: list[uuid.UUID] | None = Field(
        None, min_length=1, max_length=50, description="Only letters to these offices."
    )
    country: Country | None = Field(
        default=None,
        description="Where you post them: it decides the paper, the window and how the destination is written. "
        "Absent: each letter as where its supporter lives.",
    )
    paper: Paper | None = Field(default=None, description="Your own paper and envelopes, if not those of `country`.")


class OfficeInRun(SQLModel):
    office_id: uuid.UUID
    office: str
    letters: int


class PrintRunPublic(SQLModel):
    id: uuid.UUID
    number: int
    status: PrintRunStatus
    country: str | None
    paper: Paper | None
    letters: int = Field(description="That are in the run now.")
    offices: list[OfficeInRun] = Field(description="As on the cover list, in the order of the letters.")
    withdrawn: list[int] = Field(
        description="Letters that their writers have stopped since: take these out and do not post them. They are "
        "numbered as first printed, from 1 behind the cover list."
    )
    created_at: datetime
    moved_at: datetime
