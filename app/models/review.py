"""Two-person review: what somebody wrote leaves in supporters' names when somebody else has approved it."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, id_field, now


class Approval(SQLModel, table=True):
    """An organiser approves one edition: the fingerprint of what publishing would freeze."""

    __table_args__ = (sa.UniqueConstraint("campaign_id", "edition", "organiser_id"),)

    id: uuid.UUID = id_field()
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id")
    edition: str = Field(max_length=64)
    organiser_id: uuid.UUID = Field(foreign_key="organiser.id")
    created_at: datetime = Field(default_factory=now)


class ApprovalCreate(Strict):
    edition: str = Field(max_length=64, description="The `edition` that you have read.")


class Review(SQLModel):
    """What waits to be published, who wrote it, and who approved it."""

    needed: bool = Field(description="Whether the organisation asks for a second person.")
    edition: str = Field(description="Stands for everything that publishing would freeze now, to the letter.")
    approved: bool = Field(description="Whether it may be published as far as reviewing goes.")
    written_by: list[str] = Field(description="Who changed the campaign or its prisoners since it was published last.")
    approved_by: list[str] = Field(description="Who approved this very edition.")
    changes: dict[str, Any] = Field(description='Against the brief in force: `{field: {"from": …, "to": …}}`.')
