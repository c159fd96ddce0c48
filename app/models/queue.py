"""What organisers see of letters on their way. Of supporters, only what moderation needs: their own words."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import Strict
from app.models.letter import AnswerKind, LetterKind, Reason, Stage
from app.models.offer import LetterPreview
from app.models.office import Channel
from app.models.text import Slug
from app.pagination import PageRequest


class LetterQuery(PageRequest):
    """Which letters to list."""

    campaign: Slug | None = None
    stage: Stage | None = None
    kind: LetterKind | None = None
    reason: Reason | None = None
    office: uuid.UUID | None = Field(default=None, description="The id of an office.")


class LetterForOrganisers(SQLModel):
    id: uuid.UUID
    campaign: str
    office_id: uuid.UUID
    office: str
    language: str
    channel: Channel
    kind: LetterKind
    stage: Stage
    reason: Reason | None
    created_at: datetime
    moved_at: datetime
    due_at: datetime | None = Field(description="When it is tried next.")
    attempts: int
    uncertain: bool = Field(description="An attempt broke off after the text was handed over: it may have arrived.")
    server_words: str | None = Field(description="What the mail server said last.")
    answer: AnswerKind | None
    answered_at: datetime | None
    own_words: str | None = Field(description="The supporter's, while the letter is held.")


class LetterDetail(LetterForOrganisers):
    answer_text: str | None = Field(description="The office's words, where the campaign keeps them.")


class ServerWords(SQLModel):
    words: str
    letters: int


class QueueState(SQLModel):
    """Where a campaign's letters stand on their way out."""

    campaign: str
    status: str
    as_of: datetime
    letters: dict[str, int] = Field(description="How many stand in each stage, and `total`.")
    due: int = Field(description="Queued, and their time has come.")
    failing: int = Field(description="Queued, and tried before without success.")
    next_due_at: datetime | None
    held: dict[str, int] = Field(description="Held letters by reason.")
    words: list[ServerWords] = Field(
        description="What mail servers said of failing and failed letters, of each the newest thousand; most first."
    )


class CancelRest(Strict):
    office_id: uuid.UUID = Field(description="The office to which nothing more shall leave.")


class Changed(SQLModel):
    letters: int = Field(description="How many letters that concerned.")


class TestLetter(LetterPreview):
    to: str | None = Field(description="The address to which it would go, if it goes by e-mail.")
    stopped_because: Reason | None = Field(description="Why it would not leave now.")


class TestLetters(SQLModel):
    sent_to: str | None = Field(description="Where they have gone; null in a dry run.")
    letters: list[TestLetter]
