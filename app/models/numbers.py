"""A campaign's numbers beyond where its letters stand: how far they come, period by period, office by office."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel


class Compare(StrEnum):
    """With what a period is compared."""

    PREVIOUS = "previous"


class Funnel(SQLModel):
    """How far letters came. Each number is part of the one before."""

    handed_in: int = Field(description="All letters.")
    confirmed: int = Field(description="Confirmed by their writers, and not cancelled since.")
    left: int = Field(description="Left for an office, whatever came after.")
    letters_sent: int = Field(description="Left, and did not come back.")


class Period(SQLModel):
    """Letters that came to their present stage in these days."""

    first: date | None
    last: date | None
    funnel: Funnel
    offline_letters: int = Field(description="On paper, counted by hand in these days: apart from the funnel.")


class FunnelOfCampaign(SQLModel):
    campaign: str
    timezone: str = Field(description="In whose days letters are counted.")
    as_of: datetime
    supporters: int = Field(description="People who confirmed, in all: one person often writes several letters.")
    period: Period
    previous: Period | None = Field(default=None, description="As many days, just before.")
    change: Funnel | None = Field(default=None, description="The period's numbers less the previous one's.")


class OfficeNumbers(SQLModel):
    """What became of the letters to one office."""

    office_id: uuid.UUID
    office: str = Field(description="Its title, in the language asked for where there is one.")
    left: int = Field(description="Letters that left for it.")
    bounced: int = Field(description="Of these, came back.")
    bounced_rate: float | None = Field(description="Of those by e-mail; null where none left by e-mail.")
    answered: int = Field(description="Letters that a person in the office has answered.")
    answered_rate: float | None = Field(
        description="Of those by e-mail that did not come back: answers by post are not seen here."
    )
    answered_automatically: int = Field(description="Letters that only the office's machine has answered.")
    offline_letters: int = Field(description="On paper, counted by hand: in none of the other numbers.")


class OfficesOfCampaign(SQLModel):
    campaign: str
    as_of: datetime
    items: list[OfficeNumbers]
