"""The group that runs campaigns, and its organisers."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, id_field, now
from app.models.text import PersonName


class Role(StrEnum):
    """What an organiser may do; each role may do what those after it may."""

    OWNER = "owner"
    EDITOR = "editor"
    ANALYST = "analyst"

    def includes(self, other: Self) -> bool:
        return REACH[self] >= REACH[other]

    def at_most(self, other: Self) -> Self:
        """Return the one of both that may do less."""
        return other if self.includes(other) else self


REACH = {Role.ANALYST: 1, Role.EDITOR: 2, Role.OWNER: 3}


class Organisation(SQLModel, table=True):
    id: uuid.UUID = id_field()
    slug: str = Field(max_length=80, unique=True)
    name: str = Field(max_length=200)
    two_person_review: bool = False
    created_at: datetime = Field(default_factory=now)

    @property
    def organisation_id(self) -> uuid.UUID:
        """To whom it belongs: itself. So the audit finds it like any other thing."""
        return self.id


class OrganisationUpdate(Strict):
    """Only what is sent is changed."""

    two_person_review: bool = Field(description="Whether texts leave only when a second organiser has approved them.")


class OrganisationPublic(SQLModel):
    slug: str
    name: str
    two_person_review: bool


class Organiser(SQLModel, table=True):
    """A person who runs campaigns for an organisation."""

    id: uuid.UUID = id_field()
    organisation_id: uuid.UUID = Field(foreign_key="organisation.id", index=True)
    name: str = Field(max_length=200)
    role: Role = enum_field(Role)
    disabled_at: datetime | None = None
    created_at: datetime = Field(default_factory=now)


class OrganiserUpdate(Strict):
    """Only what is sent is changed."""

    name: PersonName | None = None
    role: Role | None = None


class OrganiserPublic(SQLModel):
    """An organiser as the owners of their organisation see them."""

    id: uuid.UUID
    name: str
    role: Role
    email: str | None = Field(description="Null: they use API keys only, or it was sealed with another secret.")
    second_factor: bool
    disabled_at: datetime | None
    created_at: datetime
