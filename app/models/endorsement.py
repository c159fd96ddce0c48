"""An organisation signs a campaign: invited by an organiser, confirmed by whoever reads its mail."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
from pydantic import AfterValidator
from sqlmodel import Field, SQLModel

from app.models.cleaning import without_links
from app.models.columns import Strict, enum_field, external_id_field, id_field, json_field, now
from app.models.text import Country, Email, Language, Line, PersonName, Role, Slug, Texts, WebAddress

MOST = 500  # organisations that one campaign asks

OrganisationName = Annotated[Line, AfterValidator(without_links)]  # it stands in letters


class EndorsementStatus(StrEnum):
    INVITED = "invited"
    CONFIRMED = "confirmed"
    ASKED_AGAIN = "asked_again"  # the demands are others than those that were signed
    WITHDRAWN = "withdrawn"


_LIVE = sa.text(f"status <> '{EndorsementStatus.WITHDRAWN}'")


class Endorsement(SQLModel, table=True):
    """`folded` finds the same name again, however it is written. Its link is derived from its id, and kept nowhere."""

    __table_args__ = (
        sa.Index(
            "uq_endorsement_once", "campaign_id", "folded", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        sa.Index("uq_endorsement_external_id", "campaign_id", "external_id", unique=True),
    )

    id: uuid.UUID = id_field()
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id")
    external_id: str | None = external_id_field()
    status: EndorsementStatus = enum_field(EndorsementStatus, default=EndorsementStatus.INVITED)
    name: str = Field(max_length=200)
    folded: str = Field(max_length=600)
    country: str = Field(max_length=2)
    website: str | None = Field(default=None, max_length=500)
    signatory: str | None = Field(default=None, max_length=100)
    signatory_role: str | None = Field(default=None, max_length=200)
    language: str | None = Field(default=None, max_length=16)
    signed: list[dict[str, list[str]]] = json_field(default_factory=list, description="The demands, each time.")
    sealed_email: bytes | None = None
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime = Field(description="Until when the invitation can be confirmed.")
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None


class EndorsementInvite(Strict):
    """Whom to ask. The mail goes to `email`, which nobody else learns."""

    name: OrganisationName = Field(
        description="The organisation's public name.", schema_extra={"examples": ["Example Rights Watch"]}
    )
    country: Country
    email: Email = Field(description="Of somebody who can sign for it: the link in this mail is its signature.")
    website: WebAddress | None = None
    language: Language | None = Field(
        default=None, description="In which it is written to. Absent: the campaign's first."
    )
    external_id: Line | None = Field(default=None, max_length=200, description="Your own id for this invitation.")


class EndorsementRow(EndorsementInvite):
    """A row of an import."""

    external_id: Line = Field(max_length=200, description="Your own id for this invitation.")
    campaign: Slug


class EndorsementSign(Strict):
    """What stands on the public list and under the joint letter. What is left out stays as it was asked."""

    name: OrganisationName | None = None
    website: WebAddress | None = None
    signatory: PersonName | None = Field(default=None, description="Who signs for the organisation.")
    signatory_role: Role | None = Field(default=None, schema_extra={"examples": ["Executive Director"]})
    edition: str | None = Field(
        default=None, max_length=64, description="Of the demands that were read, as GET told it. Others are refused."
    )


class EndorsementPublic(SQLModel):
    id: uuid.UUID
    name: str
    country: str
    website: str | None
    signatory: str | None
    signatory_role: str | None
    confirmed_at: datetime | None


class EndorsementForOrganisers(EndorsementPublic):
    external_id: str | None
    status: EndorsementStatus
    language: str | None
    email: str | None = Field(description="Null: forgotten, ninety days after the campaign's last day.")
    created_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None


class EndorsementAsked(EndorsementPublic):
    """What an organisation sees behind its link: what it is asked to sign, and what it has signed."""

    status: EndorsementStatus
    language: str = Field(description="The organisation's own, else the campaign's first.")
    campaign: str
    code: str
    title: Texts
    summary: dict[str, str]
    demands: dict[str, list[str]] = Field(description="In force; of a draft, as they stand now.")
    edition: str = Field(description="Stands for these demands: send it with the signature.")
    signed: list[dict[str, list[str]]] = Field(description="The demands that it has signed, the last ones last.")
    closed: bool = Field(description="Whether the campaign has ended: nobody signs it any more.")
    organisation: str = Field(description="Who runs the campaign, and signs the joint letter first.")
    expires_at: datetime
