"""Answers already given, so that a repeated request gets the same one."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from app.models.columns import json_field, now


class Idempotency(SQLModel, table=True):
    """`key` is a digest of the client's key and the path; `request` a keyed digest of the body."""

    key: bytes = Field(primary_key=True)
    request: bytes
    answer: dict[str, Any] = json_field(default_factory=dict)
    created_at: datetime = Field(default_factory=now, index=True)
