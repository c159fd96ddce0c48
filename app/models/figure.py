"""How many political prisoners a country holds, as somebody counted them on a day."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, id_field, now
from app.models.text import Country, Line, PastDate, WebAddress
from app.pagination import PageRequest


class FigureBase(SQLModel):
    country: Country = Field(max_length=2, description="The country that holds them.")
    number: int = Field(ge=0, le=100_000_000, description="How many political prisoners.")
    as_of: PastDate = Field(max_length=10, description="For which day, month or year it was counted.")
    source_title: Line = Field(description="Who counted.")
    source_url: WebAddress


class Figure(FigureBase, table=True):
    """None is overwritten: a newer one is one more."""

    __table_args__ = (sa.Index("ix_figure_country_as_of", "country", "as_of", "id"),)

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    created_at: datetime = Field(default_factory=now)


class FigureCreate(FigureBase, Strict):
    pass


class FigureUpdate(Strict):
    """Only what is sent is changed."""

    country: Country | None = None
    number: int | None = Field(default=None, ge=0, le=100_000_000)
    as_of: PastDate | None = None
    source_title: Line | None = None
    source_url: WebAddress | None = None


class FigurePublic(FigureBase):
    id: uuid.UUID


class FigureQuery(PageRequest):
    """Which figures to list."""

    country: Country | None = None
