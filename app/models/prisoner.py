"""The person written about."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, external_id_field, external_id_index, id_field, json_field, now
from app.models.text import (
    Country,
    Day,
    Language,
    Line,
    PartialDate,
    PastDate,
    PersonName,
    Proses,
    Slug,
    Texts,
    WebAddress,
)
from app.pagination import PageRequest


class PrisonerStatus(StrEnum):
    DETAINED = "detained"
    AWAITING_TRIAL = "awaiting_trial"
    CONVICTED = "convicted"
    HOUSE_ARREST = "house_arrest"
    RELEASED = "released"
    EXILED = "exiled"
    DIED = "died"
    DISAPPEARED = "disappeared"
    UNKNOWN = "unknown"


class Gender(StrEnum):
    """Grammatical gender: how a language must speak of a person. Never guessed."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class Consent(StrEnum):
    """On what ground a prisoner may be written about in public."""

    GIVEN = "given"
    BY_FAMILY = "by_family"
    ALREADY_PUBLIC = "already_public"
    NONE = "none"
    WITHDRAWN = "withdrawn"


class Case(StrEnum):
    """A grammatical case in which a name can be stored; the nominative is the name itself."""

    GENITIVE = "genitive"
    DATIVE = "dative"
    ACCUSATIVE = "accusative"
    INSTRUMENTAL = "instrumental"
    PREPOSITIONAL = "prepositional"
    LOCATIVE = "locative"
    VOCATIVE = "vocative"


FREE_OR_DEAD = frozenset({PrisonerStatus.RELEASED, PrisonerStatus.EXILED, PrisonerStatus.DIED})
PUBLIC_CONSENT = frozenset({Consent.GIVEN, Consent.BY_FAMILY, Consent.ALREADY_PUBLIC})

CaseForms = dict[Language, dict[Case, Line]]


class Source(Strict):
    """Where a fact was published."""

    title: Line
    publisher: Line
    url: WebAddress | None = None
    published_on: PartialDate | None = None


class Recognition(Strict):
    """An organisation that recognises somebody as a political prisoner."""

    organisation: Line
    recognised_on: PastDate | None = None
    url: WebAddress | None = None


class PrisonerBase(SQLModel):
    name: PersonName = Field(description="The name to show where no language asks for another.")
    gender: Gender = enum_field(Gender, default=Gender.UNKNOWN)
    country: Country = Field(max_length=2, description="The country whose authorities hold them.")
    status: PrisonerStatus = enum_field(PrisonerStatus, default=PrisonerStatus.DETAINED)
    born_on: PartialDate | None = Field(default=None, max_length=10)
    detained_on: PartialDate | None = Field(default=None, max_length=10)
    verified_on: Day | None = Field(default=None, description="When somebody last checked these facts.")


class PrisonerTexts(SQLModel):
    """What is said of a prisoner in several languages."""

    names: Texts = json_field(default_factory=dict, description="The name as each language writes it.")
    occupation: Texts = json_field(default_factory=dict)
    charges: Proses = json_field(default_factory=dict)
    sentence: Proses = json_field(default_factory=dict)
    place: Texts = json_field(default_factory=dict, description="Where they are held.")
    health: Proses = json_field(default_factory=dict)
    summary: Proses = json_field(default_factory=dict, description="The facts, as a letter tells them.")


class Prisoner(PrisonerBase, PrisonerTexts, table=True):
    __table_args__ = (external_id_index("prisoner"),)

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    slug: str = Field(max_length=80, unique=True)
    cases: dict[str, dict[str, str]] = json_field(default_factory=dict)
    consent: Consent = enum_field(Consent, default=Consent.NONE)
    do_not_mention: list[str] = json_field(default_factory=list)
    sources: list[dict[str, Any]] = json_field(default_factory=list)
    recognised_by: list[dict[str, Any]] = json_field(default_factory=list)
    status_given: PrisonerStatus = enum_field(
        PrisonerStatus,
        default=PrisonerStatus.DETAINED,
        description="What was said by hand: it holds where no event says more.",
    )
    external_id: Line | None = external_id_field()
    revision: int = 1
    created_at: datetime = Field(default_factory=now)


class PrisonerQuery(PageRequest):
    """Which prisoners to list."""

    country: Country | None = None
    status: PrisonerStatus | None = None


class PrisonerCreate(PrisonerBase, PrisonerTexts, Strict):
    slug: Slug
    external_id: Line | None = external_id_field()
    sources: list[Source] = Field(default_factory=list)
    recognised_by: list[Recognition] = Field(
        default_factory=list, max_length=50, description="Organisations that recognise them as a political prisoner."
    )
    cases: CaseForms = Field(default_factory=dict, description='Case forms of the name: {"ru": {"genitive": "…"}}.')
    consent: Consent = Field(default=Consent.NONE, description="Nobody is public without it.")
    do_not_mention: list[Line] = Field(default_factory=list, description="What must never be said in public.")


class PrisonerUpdate(Strict):
    """Only what is sent is changed."""

    name: PersonName | None = None
    gender: Gender | None = None
    country: Country | None = None
    status: PrisonerStatus | None = None
    born_on: PartialDate | None = None
    detained_on: PartialDate | None = None
    verified_on: Day | None = None
    names: Texts | None = None
    cases: CaseForms | None = None
    occupation: Texts | None = None
    charges: Proses | None = None
    sentence: Proses | None = None
    place: Texts | None = None
    health: Proses | None = None
    summary: Proses | None = None
    sources: list[Source] | None = None
    recognised_by: list[Recognition] | None = Field(default=None, max_length=50)
    consent: Consent | None = None
    do_not_mention: list[Line] | None = None
    external_id: Line | None = external_id_field()


class PrisonerPublic(PrisonerBase, PrisonerTexts):
    slug: str
    sources: list[Source]
    recognised_by: list[Recognition]


class Origin(StrEnum):
    """From where a case form comes."""

    STORED = "stored"
    RULE = "rule"
    NOMINATIVE = "nominative"  # none is known: another sentence is taken


class NameForm(SQLModel):
    form: str
    by: Origin


class PrisonerForOrganisers(PrisonerPublic):
    """What only organisers see."""

    consent: Consent
    do_not_mention: list[str]
    cases: dict[str, dict[str, str]]
    declined: dict[str, dict[Case, NameForm]] = Field(
        description="What letters say in each case, per language: as `stored`, made by `rule`, or, where neither is "
        "known, a sentence that keeps the `nominative`; store the form in `cases` to have it used."
    )
    external_id: str | None
    revision: int
