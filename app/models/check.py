"""What organisers should look at: facts nobody checked for long, addresses that died, days that come."""

import uuid
from datetime import date
from enum import StrEnum

from pydantic import BaseModel
from sqlmodel import Field, SQLModel

from app.models.columns import Strict
from app.models.office import OfficeEmail
from app.models.text import PastDay, Slug
from app.pagination import PageRequest

OLD = 90  # days after which facts are checked again
AHEAD = 30  # days that are looked ahead


class CheckQuery(PageRequest):
    days: int = Field(default=OLD, ge=0, le=3_650, description="Checked longer ago than so many days, or never.")


class AheadQuery(PageRequest):
    days: int = Field(default=AHEAD, ge=0, le=366, description="Today and so many days from now.")


class PrisonerToCheck(SQLModel):
    id: uuid.UUID
    slug: str
    name: str
    verified_on: date | None


class OfficeToCheck(SQLModel):
    id: uuid.UUID
    title: dict[str, str]
    holder: str | None
    verified_on: date | None


class OfficeWithDeadAddress(SQLModel):
    id: uuid.UUID
    title: dict[str, str]
    dead: list[OfficeEmail]
    next: str | None = Field(description="The address that is used instead. Null: there is none left.")


class Verified(Strict):
    """Everything named here was checked on one day."""

    prisoners: list[Slug] = Field(default_factory=list, max_length=200)
    offices: list[uuid.UUID] = Field(default_factory=list, max_length=200)
    verified_on: PastDay | None = Field(default=None, description="Today, if it is left out.")


class VerifiedAnswer(SQLModel):
    prisoners: int
    offices: int
    verified_on: date


class Occasion(StrEnum):
    """What there is to remember."""

    BIRTHDAY = "birthday"
    ARREST = "arrest"
    SENTENCE = "sentence"
    DAYS_IN_PRISON = "days_in_prison"


class Anniversary(BaseModel):
    """A day ahead on which people remember somebody."""

    id: uuid.UUID
    on: date
    occasion: Occasion
    number: int = Field(description="Which birthday; how many years; or how many days in prison.")
    round: bool = Field(description="Whether the number is a round one: five years, ten, 1,000 days.")
    since: date
    prisoner: str = Field(description="Their slug.")
    name: str
