"""The joint letter of all organisations that signed a campaign: once to each office in each round."""

import uuid

from pydantic import BaseModel
from sqlmodel import Field

from app.models.columns import Strict
from app.models.letter import Reason, Stage
from app.models.office import Channel
from app.models.text import Email


class JointLetterCreate(Strict):
    endorsers: int | None = Field(
        default=None,
        ge=1,
        description="How many have signed, as the dry run said. Needed to send: it shows you looked.",
    )
    office_ids: list[uuid.UUID] | None = Field(
        default=None, min_length=1, max_length=200, description="Only to these offices of the campaign. Absent: to all."
    )
    reply_to: Email | None = Field(
        default=None,
        description="Where offices' answers go. Absent: to the campaign's `mail_from`, else they are kept for you.",
    )


class JointLetter(BaseModel):
    """The letter to one office."""

    id: uuid.UUID | None = Field(default=None, description="Null: a dry run, or it does not go out.")
    office_id: uuid.UUID
    office: str
    language: str | None = None
    channel: Channel | None = None
    stage: Stage | None = None
    stopped_because: Reason | None = Field(default=None, description="Why it does not go to this office now.")
    subject: str = ""
    body: str = ""


class JointLetters(BaseModel):
    endorsers: int = Field(description="How many organisations have signed.")
    dry_run: bool
    letters: list[JointLetter]
