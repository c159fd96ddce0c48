"""An appeal with a code, demands and a closing date."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, json_field, now
from app.models.letter_texts import OwnTexts
from app.models.news import NewsPublic
from app.models.text import Country, Day, Demand, Email, Language, Line, Proses, Slug, Texts, TimeZone
from app.pagination import PageRequest


class CampaignStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class Outcome(StrEnum):
    WON = "won"
    PARTLY = "partly"
    LOST = "lost"
    NONE = "none"


class Privacy(StrEnum):
    """What an office learns of a supporter."""

    FULL_ADDRESS = "full_address"
    NAME_AND_TOWN = "name_and_town"
    INITIALS_AND_TOWN = "initials_and_town"
    ORGANISATION = "organisation"


class OwnText(StrEnum):
    """What a supporter may write themselves. A whole text is read by an organiser before it leaves."""

    PARAGRAPH = "paragraph"
    WHOLE = "whole"


NEXT_STATUS: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.ACTIVE}),
    CampaignStatus.ACTIVE: frozenset({CampaignStatus.ACTIVE, CampaignStatus.PAUSED, CampaignStatus.CLOSED}),
    CampaignStatus.PAUSED: frozenset({CampaignStatus.ACTIVE, CampaignStatus.CLOSED}),
    CampaignStatus.CLOSED: frozenset(),
}

Demands = dict[Language, Annotated[list[Demand], Field(min_length=1, max_length=8)]]


class CampaignBase(SQLModel):
    code: Line = Field(
        max_length=40, description="The appeal's code, as on paper.", schema_extra={"examples": ["BLR-2024-07"]}
    )
    title: Texts = json_field(min_length=1)
    summary: Proses = json_field(default_factory=dict)
    instructions: Proses = json_field(
        default_factory=dict,
        description="What supporters are asked to do now, per language. An update may put others in their place.",
    )
    demands: Demands = json_field(
        default_factory=dict,
        description="In order, per language: all that a letter may demand. Their languages are the campaign's.",
    )
    opens_on: Day | None = None
    closes_on: Day | None = Field(default=None, description="The last day on which letters leave.")
    goal: int | None = Field(default=None, ge=1, le=100_000_000, description="How many letters are hoped for.")
    timezone: TimeZone = Field(
        default="UTC",
        max_length=64,
        description="In whose days letters are counted (IANA), fixed when the campaign is made.",
        schema_extra={"examples": ["Europe/Minsk"]},
    )
    urgent: bool = False
    repeat_every_days: int | None = Field(
        None, ge=1, le=3_650, description="After how many days one person may write again. Null: once."
    )
    privacy: Privacy = enum_field(Privacy, default=Privacy.NAME_AND_TOWN)
    own_text: OwnText = enum_field(
        OwnText, default=OwnText.PARAGRAPH, description="What supporters may write: a paragraph, or the whole text too."
    )
    at_most: int | None = Field(default=None, ge=1, le=50, description="To how many offices one person writes at most.")
    refused_countries: list[Country] = json_field(
        default_factory=list, description="From where nobody should write, because it is dangerous."
    )


class CampaignRules(SQLModel):
    """How letters are made and addressed: for organisers."""

    embassies_of: list[Country] = json_field(
        default_factory=list,
        description="Write also to ambassadors of these countries accredited to the supporter's country.",
    )
    nearest_embassies: list[Country] = json_field(
        default_factory=list,
        description="Where no such ambassador is accredited, write to the one accredited to the first of these.",
    )
    own_government: bool = Field(
        default=False, description="Write also to the foreign minister of the supporter's own country."
    )
    least_written_first: bool = Field(
        default=False,
        description="Offices that have got the fewest letters come first: to spread them, with `at_most`.",
    )
    name_copies: bool = Field(
        default=False, description="Letters to authorities name the embassies to which the same supporter writes."
    )
    mail_from: Email | None = Field(default=None, description="The campaign's own sender address.")
    reply_to_supporter: bool = Field(
        default=False, description="Whether offices may answer to the supporter's own address."
    )
    name_organisation: bool = Field(default=False, description="Whether letters may name the organisation.")
    keep_answers: bool = Field(
        default=False, description="Whether the words of offices' answers are kept, sealed, for you to read."
    )


class Campaign(CampaignBase, CampaignRules, table=True):
    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    slug: str = Field(max_length=80, unique=True)
    status: CampaignStatus = enum_field(CampaignStatus, default=CampaignStatus.DRAFT)
    outcome: Outcome | None = enum_field(Outcome, default=None, nullable=True)
    outcome_note: dict[str, str] = json_field(default_factory=dict)
    demands: dict[str, list[str]] = json_field(default_factory=dict)
    texts: dict[str, Any] = json_field(default_factory=dict)
    brief_id: uuid.UUID | None = Field(
        None, description="The brief in force. No foreign key: the brief points back here."
    )
    trouble: str | None = Field(default=None, max_length=500)
    closed_at: datetime | None = None
    revision: int = 1
    created_at: datetime = Field(default_factory=now)

    @property
    def languages(self) -> list[str]:
        """The languages in which the campaign has demands, in the organiser's order."""
        return list(self.demands)


class CampaignPrisoner(SQLModel, table=True):
    __tablename__ = "campaign_prisoner"

    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True)
    prisoner_id: uuid.UUID = Field(foreign_key="prisoner.id", primary_key=True, index=True)
    position: int = 0


class CampaignOffice(SQLModel, table=True):
    """An office to which everybody writes, wherever they live."""

    __tablename__ = "campaign_office"

    campaign_id: uuid.UUID = Field(foreign_key="campaign.id", primary_key=True)
    office_id: uuid.UUID = Field(foreign_key="office.id", primary_key=True, index=True)
    position: int = 0


class CampaignQuery(PageRequest):
    """Which campaigns to list."""

    status: CampaignStatus | None = None
    country: Country | None = Field(default=None, description="The country that holds the prisoners.")
    language: Language | None = Field(default=None, description="One in which letters can be written.")
    urgent: bool | None = None


class CampaignCreate(CampaignBase, CampaignRules, Strict):
    slug: Slug
    texts: OwnTexts = Field(default_factory=dict, description="Letter texts of the campaign's own, before the house's.")
    prisoners: list[Slug] = Field(
        default_factory=list, max_length=50, description="Slugs, in the order in which letters name them."
    )
    offices: list[uuid.UUID] = Field(
        default_factory=list, max_length=50, description="Offices to which everybody writes."
    )


class CampaignUpdate(Strict):
    """Only what is sent is changed. Dates and refused countries hold at once, the rest when it is published."""

    code: Line | None = Field(default=None, max_length=40)
    title: Texts | None = Field(default=None, min_length=1)
    summary: Proses | None = None
    instructions: Proses | None = None
    demands: Demands | None = None
    opens_on: Day | None = None
    closes_on: Day | None = None
    goal: int | None = Field(default=None, ge=1, le=100_000_000)
    urgent: bool | None = None
    repeat_every_days: int | None = Field(default=None, ge=1, le=3_650)
    privacy: Privacy | None = None
    own_text: OwnText | None = None
    at_most: int | None = Field(default=None, ge=1, le=50)
    refused_countries: list[Country] | None = None
    embassies_of: list[Country] | None = None
    nearest_embassies: list[Country] | None = None
    own_government: bool | None = None
    least_written_first: bool | None = None
    name_copies: bool | None = None
    texts: OwnTexts | None = None
    mail_from: Email | None = None
    reply_to_supporter: bool | None = None
    name_organisation: bool | None = None
    keep_answers: bool | None = None
    prisoners: list[Slug] | None = Field(default=None, max_length=50)
    offices: list[uuid.UUID] | None = Field(default=None, max_length=50)


class CampaignClone(Strict):
    slug: Slug
    code: Line | None = Field(default=None, max_length=40, description="Absent: the same as the other campaign's.")


class CampaignClose(Strict):
    outcome: Outcome
    note: Proses = Field(default_factory=dict, description="What happened, per language.")


class CampaignPrisonerPublic(SQLModel):
    slug: str
    name: str
    country: str
    status: str


class CampaignPublic(CampaignBase):
    slug: str
    status: CampaignStatus
    outcome: Outcome | None
    outcome_note: dict[str, str]
    languages: list[str]
    organisation: str
    endorsements: int = Field(description="How many organisations have signed: GET …/endorsements lists them.")
    latest_update: NewsPublic | None = Field(description="Further information: the newest of GET …/updates.")
    prisoners: list[CampaignPrisonerPublic]


class CampaignForOrganisers(CampaignPublic, CampaignRules):
    texts: OwnTexts
    offices: list[uuid.UUID]
    brief_id: uuid.UUID | None
    trouble: str | None = Field(description="Why the service paused it by itself, with the mail server's words.")
    revision: int
