"""What one supporter handed in."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
from pydantic import BaseModel, StringConstraints
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, now
from app.models.letter import LetterPublic, LetterReceipt
from app.models.text import Country, Email, Language, Line, OwnWords, PersonName, RoleInSentence, Slug, WholeText

CONSENT_WORDING = "2026-12"  # edition of the words in docs/frontend.md to which supporters consent

# As literal text: by it a database knows that the partial index serves a question
FIRST = sa.text("first")
KEPT = sa.text("submission.erased_at IS NULL")
UNCONFIRMED = sa.text("submission.confirmed_at IS NULL AND submission.erased_at IS NULL")
_KEPT, _UNCONFIRMED = sa.text("erased_at IS NULL"), sa.text("confirmed_at IS NULL AND erased_at IS NULL")

AddressLine = Annotated[Line, StringConstraints(max_length=120)]


class SubmissionStatus(StrEnum):
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


class SupporterDetails(Strict):
    """Who writes. Kept sealed, shown to offices only as far as the campaign says."""

    name: PersonName = Field(schema_extra={"examples": ["Ada Example"]})
    email: Email = Field(description="Where the confirmation goes.", schema_extra={"examples": ["ada@example.org"]})
    country: Country = Field(description="Where they live: it decides to which embassies they write.")
    city: AddressLine | None = None
    street: AddressLine | None = None
    postcode: AddressLine | None = None


class ConsentGiven(Strict):
    send: bool = Field(description="To send these letters in their name. Must be true.")
    contact: bool = Field(default=False, description="To hear of the campaign: thanks, updates and its outcome.")
    copies: bool = Field(default=False, description="To get a copy of the letters when they have left.")
    answers: bool = Field(default=False, description="To have an office's answer passed on.")


class SubmissionCreate(Strict):
    supporter: SupporterDetails
    consent: ConsentGiven
    language: Language = Field(
        "en", description="The supporter's language: for notices, and for letters where the office takes it."
    )
    prisoner: Slug | None = Field(
        default=None, description="Write about this one only. Absent: about all of the campaign."
    )
    paragraph: OwnWords | None = Field(
        default=None, description="Own words, beside the demands: plain text without links."
    )
    role: RoleInSentence | None = Field(
        default=None,
        description="In what role you write, as it goes on after “I write to you …”. Stands in letters in `language`.",
        schema_extra={"examples": ["as a nurse"]},
    )
    arguments: list[Slug] | None = Field(
        None, max_length=3, description="Reasons to give, by key, among those offered. Absent: the letter's own choice."
    )
    text: WholeText | None = Field(
        default=None,
        description="A whole text of one's own, where the campaign allows it. Facts and demands follow it, unchanged; "
        "an organiser reads it before it leaves.",
    )
    office_ids: list[uuid.UUID] | None = Field(
        None, min_length=1, max_length=50, description="Only these of the offices offered."
    )
    source: Slug | None = Field(
        default=None, description="Where the supporter came from, as a tag of the frontend's own."
    )


class Submission(SQLModel, table=True):
    """`sealed` holds name, e-mail, address and own words, encrypted; `digest` finds the address again."""

    __table_args__ = (
        sa.Index(
            "uq_submission_first",
            "campaign_id",
            "digest",
            unique=True,
            sqlite_where=FIRST,
            postgresql_where=FIRST,
        ),
        sa.Index("ix_submission_kept", "campaign_id", "id", sqlite_where=_KEPT, postgresql_where=_KEPT),
        sa.Index("ix_submission_unconfirmed", "id", sqlite_where=_UNCONFIRMED, postgresql_where=_UNCONFIRMED),
    )

    id: uuid.UUID = Field(primary_key=True)
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id")
    sealed: bytes | None = None
    digest: bytes | None = None
    country: str = Field(max_length=2)
    language: str = Field(max_length=16)
    prisoner_id: uuid.UUID | None = Field(default=None, foreign_key="prisoner.id")
    consent_contact: bool = False
    consent_copies: bool = False
    consent_answers: bool = False
    consent_wording: str = Field(max_length=16)
    source: str | None = Field(default=None, max_length=80)
    first: bool = Field(
        default=False, description="This person's first confirmed one in the campaign: by it, people are counted."
    )
    created_at: datetime = Field(default_factory=now)
    confirmed_at: datetime | None = None
    erased_at: datetime | None = None


class SubmissionPublic(BaseModel):
    """The answer to a submission and to its confirmation."""

    submission_id: uuid.UUID
    status: SubmissionStatus
    letters: list[LetterPublic]


class Receipt(BaseModel):
    """A supporter's own view of what they handed in."""

    submission_id: uuid.UUID
    status: SubmissionStatus
    campaign: str
    submitted_at: datetime
    confirmed_at: datetime | None
    letters: list[LetterReceipt]
