"""What a campaign tells those who wrote in it, and how far the telling has come."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, json_field, now
from app.models.text import Proses


class NewsKind(StrEnum):
    """What happened: the campaign ended, an organiser posted an update, or a prisoner is free or has died."""

    OUTCOME = "outcome"
    UPDATE = "update"
    STOPPED = "stopped"


_UNTOLD = sa.text("told_at IS NULL")


class News(SQLModel, table=True):
    """Supporters are told in batches, in the order of their submissions; `told_to` is how far that has come."""

    __table_args__ = (sa.Index("ix_news_untold", "id", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),)

    id: uuid.UUID = id_field()
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", index=True)
    kind: NewsKind = enum_field(NewsKind)
    text: dict[str, str] = json_field(default_factory=dict)
    instructions: dict[str, str] = json_field(default_factory=dict)
    prisoner_id: uuid.UUID | None = Field(default=None, foreign_key="prisoner.id")
    published_at: datetime = Field(default_factory=now)
    told_to: uuid.UUID | None = Field(default=None, description="The last submission whose supporter was told.")
    told_at: datetime | None = Field(default=None, description="When the last notice was queued.")


class NewsCreate(Strict):
    text: Proses = Field(min_length=1, description="What happened, per language: plain text.")
    instructions: Proses = Field(
        default_factory=dict,
        description="What supporters are asked to do from now on. Given, it takes the place of the campaign's own.",
    )


class NewsPublic(SQLModel):
    id: uuid.UUID
    kind: NewsKind
    text: dict[str, str]
    instructions: dict[str, str] = Field(description="What this update asked for from then on; empty: nothing new.")
    published_at: datetime
