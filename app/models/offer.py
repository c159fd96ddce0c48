"""What a supporter is offered before they write: to whom, how, why not to others, and what would stand there."""

import uuid

from pydantic import BaseModel
from sqlmodel import Field, SQLModel

from app.models.office import Channel, OfficeKind


class OfferedOffice(SQLModel):
    """An office to which a supporter would write."""

    office_id: uuid.UUID
    office: str = Field(description="Its title in the supporter's language.")
    kind: OfficeKind
    holder: str | None
    language: str = Field(description="In which the letter would be written.")
    channel: Channel
    needs: list[str] = Field(description="What a supporter must give so that this office takes their letter.")
    why: str | None = Field(description="Why it needs that, or why this office though it is in another country.")


class OfferedArgument(SQLModel):
    """A reason that letters can give."""

    key: str
    label: str


class NotOffered(SQLModel):
    """Somebody to whom one would write, and cannot from there."""

    office: str
    because: str


class Offer(SQLModel):
    items: list[OfferedOffice]
    at_most: int | None = Field(
        default=None, description="How many of these one person writes to; the first, if none are named."
    )
    arguments: list[OfferedArgument] = Field(
        default_factory=list, description="Reasons among which a supporter can choose."
    )
    missing: list[NotOffered] = Field(default_factory=list, description="Who is not among them, and why.")
    nobody_because: str | None = Field(default=None, description="Why there is nobody, in words for a supporter.")
    next_cursor: None = None


class WebForm(SQLModel):
    """An office's form, in which a supporter hands their letter in themselves."""

    url: str
    asks: list[str] = Field(description="What the form will ask, in its order.")


class LetterPreview(BaseModel):
    office_id: uuid.UUID
    office: str
    language: str
    channel: Channel
    sender: str = Field(description="The name of which the office learns as the sender's.")
    shows_email: bool = Field(default=False, description="Whether the office sees the supporter's e-mail address.")
    subject: str
    body: str
    moderated: bool = Field(default=False, description="Whether an organiser reads it before it leaves.")
    web_form: WebForm | None = None


class Preview(BaseModel):
    letters: list[LetterPreview]
