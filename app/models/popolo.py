"""Officials in the words of Popolo (popoloproject.com)."""

from typing import Any

from sqlmodel import Field, SQLModel


class Popolo(SQLModel):
    persons: list[dict[str, Any]]
    organizations: list[dict[str, Any]]
    posts: list[dict[str, Any]] = Field(description="Offices; `contact_details` for organisers only.")
    memberships: list[dict[str, Any]] = Field(description="Who held which office from when until when.")
    next_cursor: str | None = None
