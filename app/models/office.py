"""The post written to, the countries it is accredited to, and the officials who hold it one after another."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import model_validator
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, external_id_field, external_id_index, id_field, json_field, now
from app.models.prisoner import Gender
from app.models.text import Country, Day, Email, Language, Line, PersonName, Prose, Texts, WebAddress
from app.pagination import PageRequest


class OfficeKind(StrEnum):
    HEAD_OF_STATE = "head_of_state"
    HEAD_OF_GOVERNMENT = "head_of_government"
    MINISTER = "minister"
    PROSECUTOR_GENERAL = "prosecutor_general"
    JUDGE = "judge"
    COURT_PRESIDENT = "court_president"
    PRISON_DIRECTOR = "prison_director"
    AMBASSADOR = "ambassador"
    CONSUL_GENERAL = "consul_general"
    MEMBER_OF_PARLIAMENT = "member_of_parliament"
    OTHER = "other"


DIPLOMATS = frozenset({OfficeKind.AMBASSADOR, OfficeKind.CONSUL_GENERAL})


class Channel(StrEnum):
    """How an office takes letters."""

    EMAIL = "email"
    POST = "post"
    WEB_FORM = "web_form"


class OfficeEmail(Strict):
    """An e-mail address of an office. A dead one is kept, and not used."""

    address: Email
    dead: bool = False


class OfficeBase(SQLModel):
    kind: OfficeKind = enum_field(OfficeKind)
    country: Country = Field(max_length=2, description="The country for which the office speaks.")
    title: Texts = json_field(min_length=1, description="The post, per language.")
    institution: Texts = json_field(default_factory=dict)
    languages: list[Language] = json_field(
        min_length=1, description="Languages that the office takes, the preferred first."
    )
    note: Line | None = None
    verified_on: Day | None = None


class OfficeWays(SQLModel):
    """How to reach an office: for organisers only."""

    postal_address: Prose | None = Field(default=None, max_length=500, description="Lines as on an envelope.")
    web_form_url: WebAddress | None = None
    salutations: Texts = json_field(default_factory=dict, description="Salutations that go before every rule.")
    external_id: Line | None = external_id_field()


class Office(OfficeBase, OfficeWays, table=True):
    __table_args__ = (external_id_index("office"),)

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    channels: list[str] = json_field()
    emails: list[dict[str, Any]] = json_field(default_factory=list)
    in_use: bool = True
    revision: int = 1
    created_at: datetime = Field(default_factory=now)


class Accreditation(SQLModel, table=True):
    """An embassy speaks to a country. One embassy often speaks to several."""

    office_id: uuid.UUID = Field(foreign_key="office.id", primary_key=True)
    country: str = Field(primary_key=True, max_length=2, index=True)


class OfficialBase(SQLModel):
    name: PersonName
    names: Texts = json_field(default_factory=dict)
    surname: Line | None = Field(
        None, max_length=100, description="As it follows a form of address; never guessed from the name."
    )
    gender: Gender = enum_field(Gender, default=Gender.UNKNOWN)
    since: Day | None = None
    until: Day | None = None


class Official(OfficialBase, table=True):
    """The person who holds an office from one date until another."""

    id: uuid.UUID = id_field()
    office_id: uuid.UUID = Field(foreign_key="office.id", index=True)
    external_id: Line | None = external_id_field()


class OfficialCreate(OfficialBase, Strict):
    external_id: Line | None = external_id_field()

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("`since` lies after `until`.")
        return self


class OfficialPublic(OfficialBase):
    pass


class OfficeQuery(PageRequest):
    """Which offices to list."""

    country: Country | None = Field(default=None, description="The country for which they speak.")
    kind: OfficeKind | None = None
    accredited_to: Country | None = Field(
        default=None, description="The country to which their embassies are accredited."
    )
    language: Language | None = Field(default=None, description="One that they take.")


class OfficeCreate(OfficeBase, OfficeWays, Strict):
    channels: list[Channel] = Field(min_length=1, description="Channels that the office takes, the preferred first.")
    emails: list[OfficeEmail] = Field(default_factory=list, max_length=20)
    accredited_to: list[Country] = Field(
        default_factory=list, max_length=250, description="For diplomats: the countries they speak to."
    )
    holder: OfficialCreate | None = Field(default=None, description="Who holds the office now.")


class OfficeUpdate(Strict):
    """Only what is sent is changed. A new `holder` ends the present one's time."""

    kind: OfficeKind | None = None
    country: Country | None = None
    title: Texts | None = Field(default=None, min_length=1)
    institution: Texts | None = None
    languages: list[Language] | None = Field(default=None, min_length=1)
    note: Line | None = None
    verified_on: Day | None = None
    channels: list[Channel] | None = Field(default=None, min_length=1)
    emails: list[OfficeEmail] | None = None
    postal_address: Prose | None = Field(default=None, max_length=500)
    web_form_url: WebAddress | None = None
    salutations: Texts | None = None
    external_id: Line | None = external_id_field()
    in_use: bool | None = None
    accredited_to: list[Country] | None = Field(default=None, max_length=250)
    holder: OfficialCreate | None = None


class OfficePublic(OfficeBase):
    """An office with its present holder. Its addresses are shown to organisers only."""

    id: uuid.UUID
    accredited_to: list[str]
    holder: OfficialPublic | None
    in_use: bool


class OfficeForOrganisers(OfficePublic, OfficeWays):
    channels: list[Channel]
    emails: list[OfficeEmail]
    revision: int


class OfferedOffice(SQLModel):
    """An office to which a supporter would write."""

    office_id: uuid.UUID
    office: str = Field(description="Its title in the supporter's language.")
    kind: OfficeKind
    holder: str | None
    language: str = Field(description="In which the letter would be written.")
    channel: Channel


class Offer(SQLModel):
    items: list[OfferedOffice]
    nobody_because: str | None = Field(default=None, description="Why there is nobody, in words for a supporter.")
    next_cursor: None = None
