"""The post written to, with the countries it is accredited to. Who holds it is in official."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, external_id_field, external_id_index, id_field, json_field, now
from app.models.hours import OfficeHours
from app.models.official import OfficialCreate, OfficialPublic
from app.models.text import Country, Day, Email, Language, Line, Prose, Texts, WebAddress
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
    why: str | None = Field(default=None, max_length=300, description="A mail server's words, where it died of them.")


def only_the_surname(salutation: str) -> str:
    """Refuse placeholders that nobody fills: they would be printed."""
    if set("{}") & set(salutation.replace("{surname}", "")):
        raise ValueError("Only `{surname}` is filled in a salutation, with the holder's `surname`.")
    return salutation


Salutations = dict[Language, Annotated[Line, AfterValidator(only_the_surname)]]
Asked = dict[Language, Annotated[list[Line], Field(max_length=30)]]


class OfficeBase(SQLModel):
    kind: OfficeKind = enum_field(OfficeKind)
    country: Country = Field(max_length=2, description="The country for which the office speaks.")
    title: Texts = json_field(min_length=1, description="The post, per language.")
    institution: Texts = json_field(default_factory=dict)
    languages: list[Language] = json_field(
        min_length=1, description="Languages that the office takes, the preferred first."
    )
    needs_address: bool = Field(
        default=False, description="Takes letters only with the supporter's name and home address."
    )
    foreign_affairs: bool = Field(default=False, description="A minister who speaks for the country abroad.")
    note: Line | None = None
    verified_on: Day | None = None


class OfficeWays(SQLModel):
    """How to reach an office: for organisers only."""

    postal_address: Prose | None = Field(default=None, max_length=500, description="Lines as on an envelope.")
    web_form_url: WebAddress | None = None
    web_form_asks: Asked = json_field(
        default_factory=dict, description="What the form will ask, per language, in its order."
    )
    salutations: Texts = json_field(
        default_factory=dict, description="Salutations that go before every rule. `{surname}` is filled."
    )
    hourly_limit: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="Letters by e-mail in one hour, at most. Null: the house's limit.",
    )
    daily_limit: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Letters by e-mail in one day, at most, spread evenly over it."
    )
    open_hours: OfficeHours | None = json_field(
        default=None, nullable=True, description="Letters by e-mail leave only then. Null: at any time."
    )
    external_id: Line | None = external_id_field()


class Office(OfficeBase, OfficeWays, table=True):
    __table_args__ = (external_id_index("office"),)

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    channels: list[str] = json_field()
    emails: list[dict[str, Any]] = json_field(default_factory=list)
    open_hours: dict[str, Any] | None = json_field(default=None, nullable=True)  # type: ignore[assignment] # as JSON keeps it
    in_use: bool = True
    revision: int = 1
    created_at: datetime = Field(default_factory=now)


class Accreditation(SQLModel, table=True):
    """An embassy speaks to a country. One embassy often speaks to several."""

    office_id: uuid.UUID = Field(foreign_key="office.id", primary_key=True)
    country: str = Field(primary_key=True, max_length=2, index=True)


class SoftBounce(SQLModel, table=True):
    """A day on which letters to an address came back for a passing reason. Several such days suspend it."""

    __tablename__ = "soft_bounce"

    office_id: uuid.UUID = Field(foreign_key="office.id", primary_key=True)
    address: str = Field(primary_key=True, max_length=254)
    day: date = Field(primary_key=True)


class OfficeQuery(PageRequest):
    """Which offices to list."""

    country: Country | None = Field(default=None, description="The country for which they speak.")
    kind: OfficeKind | None = None
    accredited_to: Country | None = Field(
        default=None, description="The country to which their embassies are accredited."
    )
    language: Language | None = Field(default=None, description="One that they take.")


class OfficeCreate(OfficeBase, OfficeWays, Strict):
    salutations: Salutations = Field(
        default_factory=dict, description="Salutations that go before every rule. `{surname}` is filled."
    )
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
    needs_address: bool | None = None
    foreign_affairs: bool | None = None
    note: Line | None = None
    verified_on: Day | None = None
    channels: list[Channel] | None = Field(default=None, min_length=1)
    emails: list[OfficeEmail] | None = None
    postal_address: Prose | None = Field(default=None, max_length=500)
    web_form_url: WebAddress | None = None
    web_form_asks: Asked | None = None
    salutations: Salutations | None = None
    hourly_limit: int | None = Field(default=None, ge=1, le=100_000)
    daily_limit: int | None = Field(default=None, ge=1, le=1_000_000)
    open_hours: OfficeHours | None = None
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
