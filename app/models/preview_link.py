"""A link by which somebody without an account sees a campaign as it would be. It ends, and can be revoked."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.campaign import CampaignPublic
from app.models.columns import Strict, id_field, now
from app.models.rehearsal import Rehearsed
from app.models.text import Line

LONGEST_LIFE = 90  # days


class PreviewLink(SQLModel, table=True):
    """The token is derived from the id: the database holds nothing that opens anything."""

    __tablename__ = "preview_link"

    id: uuid.UUID = id_field()
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", index=True)
    note: str = Field(max_length=200)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    revoked_at: datetime | None = None


class PreviewLinkCreate(Strict):
    note: Line = Field(description="For whom it is, such as: the family's lawyer.")
    days: int = Field(default=14, ge=1, le=LONGEST_LIFE, description="After so many days it ends by itself.")


class PreviewLinkPublic(SQLModel):
    id: uuid.UUID
    note: str
    url: str = Field(description="A page. Its last part is the token for GET /previews/{token}.")
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class CampaignPreview(SQLModel):
    """A campaign as it would be, were it published now."""

    campaign: CampaignPublic
    complete: bool = Field(description="Whether it could be published as it stands.")
    letters: list[Rehearsed] = Field(description="Of sample supporters; none while texts or facts are at fault.")
