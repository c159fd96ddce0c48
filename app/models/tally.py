"""The kept counts. They move in the transaction that moves the stage; `recount` proves them equal to the rows."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.columns import enum_field
from app.models.letter import Stage


class Dimension(StrEnum):
    """By what letters are counted. Every letter counts once in each dimension; of kinds, only the joint one is kept."""

    ALL = "all"
    COUNTRY = "country"
    OFFICE = "office"
    PRISONER = "prisoner"
    LANGUAGE = "language"
    CHANNEL = "channel"
    KIND = "kind"


class Breakdown(StrEnum):
    """By what a client may ask for the numbers."""

    DAY = "day"
    COUNTRY = "country"
    OFFICE = "office"
    PRISONER = "prisoner"
    LANGUAGE = "language"
    CHANNEL = "channel"
    KIND = "kind"


class Tally(SQLModel, table=True):
    """How many letters are in a stage, by the day on which they came to it and by one more dimension."""

    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True)
    dimension: Dimension = enum_field(Dimension, primary_key=True)
    value: str = Field(primary_key=True, max_length=64, description="A country, an office's id …; empty for all.")
    day: date = Field(primary_key=True)
    stage: Stage = enum_field(Stage, primary_key=True)
    letters: int


class TallyTotal(SQLModel, table=True):
    """The tally over all days: what most questions ask, in rows that grow neither with letters nor with time."""

    __tablename__ = "tally_total"

    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True)
    dimension: Dimension = enum_field(Dimension, primary_key=True)
    value: str = Field(primary_key=True, max_length=64)
    stage: Stage = enum_field(Stage, primary_key=True)
    letters: int


class SupporterTally(SQLModel, table=True):
    """How many people have confirmed, by country. People are counted apart from letters."""

    __tablename__ = "supporter_tally"

    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True)
    country: str = Field(primary_key=True, max_length=2)
    supporters: int


class SupporterDay(SQLModel, table=True):
    """How many people confirmed on which day, in the campaign's time zone: apart from the countries they live in."""

    __tablename__ = "supporter_day"

    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True)
    day: date = Field(primary_key=True)
    supporters: int


class Stats(SQLModel):
    """The truth about a campaign's letters at one instant."""

    campaign: str
    as_of: datetime
    goal: int | None
    letters: dict[str, int] = Field(description="How many letters stand in each stage, and `total`.")
    letters_sent: int = Field(description="Sent, posted and submitted: what left for an office, and nothing else.")
    last_expected_at: datetime | None = Field(
        default=None,
        description="When the last queued letter is expected to leave. Null: none is queued, or unpaced.",
    )
    offline_letters: int = Field(description="On paper, counted by hand at events: apart, and never among the others.")
    supporters: int = Field(description="People who confirmed.")
    countries: int = Field(description="Countries in which they live.")
    supporters_by: dict[str, dict[str, int]] = Field(
        default_factory=dict,
        description="With ?by=day or ?by=country: people beside letters, on the day on which they confirmed first.",
    )
    by: dict[str, dict[str, dict[str, int]]] = Field(description="What was asked for with ?by=, per value and stage.")
