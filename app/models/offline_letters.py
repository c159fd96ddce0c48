"""Letters on paper, counted by hand where people wrote together. They never become letters of the tally."""

import uuid
from datetime import datetime
from typing import Self

from pydantic import model_validator
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, external_id_field, external_id_index, id_field, now
from app.models.text import Country, Day, Line, Slug

MOST_AT_ONCE = 5_000  # letters that one count may tell of; more is a slip, or several events


class OfflineLettersBase(SQLModel):
    letters: int = Field(ge=0, le=MOST_AT_ONCE, description="How many were counted; 0 takes a count back.")
    counted_on: Day
    country: Country | None = Field(default=None, max_length=2, description="Where they were written.")
    note: Line = Field(max_length=200, description="Where, with whom, and who counted.")


class OfflineLetters(OfflineLettersBase, table=True):
    """One count at one event."""

    __tablename__ = "offline_letters"
    __table_args__ = (external_id_index("offline_letters"),)

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id")
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", index=True)
    office_id: uuid.UUID | None = Field(default=None, foreign_key="office.id", index=True)
    external_id: Line | None = external_id_field()
    created_at: datetime = Field(default_factory=now)


class OfflineLettersCreate(OfflineLettersBase, Strict):
    external_id: Line = Field(max_length=200, description="Your own id for this count, such as berlin-2026-11-20.")
    campaign: Slug
    office: Line | None = Field(default=None, description="The office's external id, where all were to one.")

    @model_validator(mode="after")
    def not_ahead_of_time(self) -> Self:
        if self.counted_on > now().date():
            raise ValueError("Letters cannot have been counted in the future.")
        return self
