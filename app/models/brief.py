"""The published, immutable edition of a campaign, from which letters are composed."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import id_field, json_field, now


class Brief(SQLModel, table=True):
    """`content` is a composing.brief.BriefContent. A row never changes."""

    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: uuid.UUID = id_field()
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id")
    number: int
    content: dict[str, Any] = json_field()
    published_at: datetime = Field(default_factory=now)
