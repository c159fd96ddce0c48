"""The journey of one e-mail through the mail server: a letter's, or a notice's."""

import uuid
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import enum_field, id_field, now


class Notice(StrEnum):
    """What a notice tells a supporter."""

    CONFIRM = "confirm"
    REMIND = "remind"
    THANKS = "thanks"
    COPY = "copy"
    OUTCOME = "outcome"
    UPDATE = "update"
    STOPPED = "stopped"
    ANSWER = "answer"
    TEST = "test"


_DUE_LETTER = sa.text("due_at IS NOT NULL AND letter_id IS NOT NULL")
_DUE_IN_STREAM = sa.text("due_at IS NOT NULL AND office_id IS NOT NULL")
_LEASED = sa.text("lease IS NOT NULL")
_DUE_NOTICE = sa.text("due_at IS NOT NULL AND notice IS NOT NULL")
_ABOUT = sa.text("about IS NOT NULL")


class Delivery(SQLModel, table=True):
    """`due_at`: when it may next be claimed, after an attempt or when the lease of a claim has run out. Null: over."""

    __table_args__ = (
        sa.Index("ix_delivery_due_letter", "due_at", sqlite_where=_DUE_LETTER, postgresql_where=_DUE_LETTER),
        sa.Index("ix_delivery_due_notice", "due_at", sqlite_where=_DUE_NOTICE, postgresql_where=_DUE_NOTICE),
        sa.Index(
            "ix_delivery_stream",
            "office_id",
            "campaign_id",
            "due_at",
            sqlite_where=_DUE_IN_STREAM,
            postgresql_where=_DUE_IN_STREAM,
        ),
        sa.Index("ix_delivery_leased", "due_at", sqlite_where=_LEASED, postgresql_where=_LEASED),
        sa.CheckConstraint("letter_id IS NULL OR (office_id IS NOT NULL AND campaign_id IS NOT NULL)", "in_a_stream"),
        sa.Index("ix_delivery_about", "about", sqlite_where=_ABOUT, postgresql_where=_ABOUT),
    )

    id: uuid.UUID = id_field()
    submission_id: uuid.UUID = Field(foreign_key="submission.id", index=True)
    letter_id: uuid.UUID | None = Field(default=None, foreign_key="letter.id", unique=True)
    campaign_id: uuid.UUID | None = Field(
        default=None, description="The letter's, for its stream; the letter keeps the keys."
    )
    office_id: uuid.UUID | None = None
    notice: Notice | None = enum_field(Notice, default=None, nullable=True)
    about: uuid.UUID | None = Field(default=None, description="The news or the enclosure that it brings.")
    due_at: datetime | None = None
    lease: uuid.UUID | None = Field(default=None, description="The claim that holds it; settling asks for it.")
    attempts: int = 0
    trying_since: datetime | None = Field(default=None, description="When the first of these attempts was claimed.")
    crashes: int = Field(default=0, description="How often in a row a claim was not settled before its lease ran out.")
    uncertain: bool = Field(
        default=False, description="An attempt broke off after the text had been handed over: it may have arrived."
    )
    last_reply: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(default_factory=now)


class NoticeCount(SQLModel, table=True):
    """How many notices one address got on one day because somebody typed it in."""

    __tablename__ = "notice_count"

    digest: bytes = Field(primary_key=True)
    day: date = Field(primary_key=True)
    notices: int


class Enclosure(SQLModel, table=True):
    """A text that one notice brings along, sealed: an office's answer, or a test letter. Kept until it has gone."""

    id: uuid.UUID = id_field()
    submission_id: uuid.UUID = Field(foreign_key="submission.id", index=True)
    letter_id: uuid.UUID | None = Field(default=None, foreign_key="letter.id", description="The letter answered.")
    sealed: bytes
    created_at: datetime = Field(default_factory=now)
