"""What a prisoner's family or an organisation says in public, in their own words."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import Strict, id_field, json_field, now
from app.models.text import Line, PastDate, Proses


class StatementBase(SQLModel):
    author: Line = Field(description='Who says it, as it is to be shown: "her sister".')
    said_on: PastDate = Field(max_length=10)
    consented_on: PastDate | None = Field(
        default=None, max_length=10, description="When its author agreed to have it shown. Null: only you see it."
    )


class Statement(StatementBase, table=True):
    id: uuid.UUID = id_field()
    prisoner_id: uuid.UUID = Field(foreign_key="prisoner.id", index=True)
    text: dict[str, str] = json_field(default_factory=dict)
    created_at: datetime = Field(default_factory=now)


class StatementCreate(StatementBase, Strict):
    text: Proses = Field(min_length=1, description="Their words, per language.")


class StatementUpdate(Strict):
    """Only what is sent is changed; `consented_on: null` takes it off everything public."""

    author: Line | None = None
    said_on: PastDate | None = None
    consented_on: PastDate | None = None
    text: Proses | None = Field(default=None, min_length=1)


class StatementPublic(StatementBase):
    id: uuid.UUID
    text: dict[str, str]
