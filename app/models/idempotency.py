"""Answers already given, so that a repeated request gets the same one."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.columns import now


class Idempotency(SQLModel, table=True):
    """`key` is a digest of the client's key and the path; `request` a keyed digest of the body."""

    key: bytes = Field(primary_key=True)
    request: bytes
    answer: str = Field(sa_type=sa.Text, description="The answer as it was given, in JSON.")
    created_at: datetime = Field(default_factory=now, index=True)
