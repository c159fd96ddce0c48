"""One letter of one submission to one office: the unit that is counted."""

import uuid
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from pydantic import BaseModel
from sqlmodel import Field, SQLModel

from app.models.columns import enum_field, now
from app.models.offer import WebForm
from app.models.office import Channel


class Stage(StrEnum):
    """Where a letter stands; it is in exactly one."""

    UNCONFIRMED = "unconfirmed"
    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    READY = "ready"
    PRINTED = "printed"
    POSTED = "posted"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


NEXT: dict[Stage, frozenset[Stage]] = {
    Stage.UNCONFIRMED: frozenset({Stage.QUEUED, Stage.HELD, Stage.READY, Stage.EXPIRED, Stage.CANCELLED}),
    Stage.HELD: frozenset({Stage.QUEUED, Stage.READY, Stage.CANCELLED}),
    Stage.QUEUED: frozenset({Stage.SENDING, Stage.HELD, Stage.READY, Stage.CANCELLED}),
    Stage.SENDING: frozenset({Stage.SENT, Stage.QUEUED, Stage.READY, Stage.FAILED}),
    Stage.SENT: frozenset({Stage.BOUNCED}),
    Stage.READY: frozenset({Stage.PRINTED, Stage.POSTED, Stage.SUBMITTED, Stage.CANCELLED}),
    Stage.PRINTED: frozenset({Stage.POSTED, Stage.READY}),
    Stage.POSTED: frozenset({Stage.READY}),
    Stage.SUBMITTED: frozenset({Stage.READY}),
    Stage.BOUNCED: frozenset(),
    Stage.FAILED: frozenset({Stage.QUEUED}),  # an organiser has it tried again
    Stage.CANCELLED: frozenset(),
    Stage.EXPIRED: frozenset(),
}

LEFT = frozenset({Stage.SENT, Stage.POSTED, Stage.SUBMITTED})  # what left for an office, and nothing else
NOT_WRITTEN = (Stage.UNCONFIRMED, Stage.EXPIRED, Stage.CANCELLED)  # all others use up a person's letter to an office
WAITING = (Stage.UNCONFIRMED, Stage.QUEUED, Stage.HELD, Stage.READY)  # what a closing campaign can still stop


class Reason(StrEnum):
    """Why a letter is held, cancelled or failed."""

    DUPLICATE = "duplicate"
    BY_SUPPORTER = "by_supporter"
    BY_ORGANISER = "by_organiser"
    NOT_YET_OPEN = "not_yet_open"
    CAMPAIGN_PAUSED = "campaign_paused"
    CAMPAIGN_CLOSED = "campaign_closed"
    TOO_LATE = "too_late"
    PRISONER_FREE_OR_DEAD = "prisoner_free_or_dead"
    NO_CONSENT = "no_consent"
    OFFICE_NOT_IN_USE = "office_not_in_use"
    COUNTRY_REFUSED = "country_refused"
    NO_ADDRESS = "no_address"
    NOBODY = "nobody"
    MODERATION = "moderation"
    REFUSED_BY_SERVER = "refused_by_server"
    GAVE_UP = "gave_up"
    NO_ENDORSERS = "no_endorsers"
    NO_LANGUAGE = "no_language"
    QUARANTINED = "quarantined"


class LetterKind(StrEnum):
    """Who writes: a supporter, or the organisations that signed the campaign, all together."""

    PERSONAL = "personal"
    JOINT = "joint"


class AnswerKind(StrEnum):
    """Who answered a letter: an office's machine, or a person in it."""

    AUTOMATIC = "automatic"
    PERSON = "person"


# As literal text, and not as a parameter: by it a database knows that the partial index serves a question
WRITTEN = sa.text("stage NOT IN ({})".format(", ".join(f"'{stage}'" for stage in NOT_WRITTEN)))
_IN_A_RUN = sa.text("print_run_id IS NOT NULL")
ANSWERED = sa.text("answer IS NOT NULL")
_WITH_REASON = sa.text("reason IS NOT NULL")
_JOINT = sa.text("kind = 'joint'")
JOINT = sa.text("letter.kind = 'joint'")


class Letter(SQLModel, table=True):
    __table_args__ = (
        sa.Index(
            "uq_letter_once",
            "campaign_id",
            "office_id",
            "digest",
            "round",
            unique=True,
            sqlite_where=WRITTEN,
            postgresql_where=WRITTEN,
        ),
        sa.Index("ix_letter_stage", "campaign_id", "stage", "id"),
        sa.Index(
            "ix_letter_reason",
            "campaign_id",
            "stage",
            "reason",
            "id",
            sqlite_where=_WITH_REASON,
            postgresql_where=_WITH_REASON,
        ),
        sa.Index("ix_letter_joint", "campaign_id", "stage", "id", sqlite_where=_JOINT, postgresql_where=_JOINT),
        sa.Index("ix_letter_print_run_id", "print_run_id", sqlite_where=_IN_A_RUN, postgresql_where=_IN_A_RUN),
        sa.Index(
            "ix_letter_answered",
            "campaign_id",
            "office_id",
            "answer",
            sqlite_where=ANSWERED,
            postgresql_where=ANSWERED,
        ),
    )

    id: uuid.UUID = Field(primary_key=True)
    submission_id: uuid.UUID = Field(foreign_key="submission.id", index=True)
    campaign_id: uuid.UUID = Field(foreign_key="campaign.id")
    brief_id: uuid.UUID = Field(foreign_key="brief.id")
    office_id: uuid.UUID = Field(foreign_key="office.id")
    prisoner_id: uuid.UUID | None = Field(
        default=None, foreign_key="prisoner.id", description="Null: all of the campaign."
    )
    country: str = Field(max_length=2, description="Where the supporter lives.")
    language: str = Field(max_length=16)
    channel: Channel = enum_field(Channel)
    kind: LetterKind = enum_field(
        LetterKind,
        default=LetterKind.PERSONAL,
        sa_column_kwargs={"server_default": LetterKind.PERSONAL.value},
    )
    stage: Stage = enum_field(Stage, default=Stage.UNCONFIRMED)
    stage_on: date = Field(
        description="The day, in the campaign's time zone, on which it came to its stage: its day in the tally."
    )
    seed: int = Field(
        sa_type=sa.BigInteger, description="Chooses the variants of the text; the same seed, the same letter."
    )
    copies: list[str] | None = Field(
        default=None, sa_type=sa.JSON, description="Embassies that the letter names as getting a copy."
    )
    digest: bytes | None = None
    round: int = Field(default=0, description="Which time this person may write, where a campaign repeats.")
    reason: Reason | None = enum_field(Reason, default=None, nullable=True)
    message_id: str | None = Field(default=None, max_length=200)
    sealed_text: bytes | None = Field(default=None, description="The text as it left, encrypted, until it is scrubbed.")
    server_reply: str | None = Field(default=None, max_length=500)
    print_run_id: uuid.UUID | None = Field(default=None, foreign_key="print_run.id")
    answer: AnswerKind | None = enum_field(AnswerKind, default=None, nullable=True)
    answered_at: datetime | None = None
    sealed_answer: bytes | None = Field(default=None, description="The office's words, where the campaign keeps them.")
    created_at: datetime = Field(default_factory=now)
    moved_at: datetime = Field(default_factory=now)


class LetterPublic(BaseModel):
    id: uuid.UUID
    office_id: uuid.UUID
    office: str = Field(description="The office's title in the supporter's language.")
    language: str
    channel: Channel
    stage: Stage
    reason: Reason | None = None
    posted_for_you: bool = Field(default=False, description="Organisers printed it, and post it.")
    answer: AnswerKind | None = Field(default=None, description="Who answered for the office, where somebody did.")
    answered_at: datetime | None = None


class LetterReceipt(LetterPublic):
    """A letter with its text: as it left, or as it would leave now."""

    subject: str
    body: str
    moved_at: datetime
    web_form: WebForm | None = None
