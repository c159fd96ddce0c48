"""The officials who hold an office, one after another."""

import uuid
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Self

from pydantic import model_validator
from sqlmodel import Field, SQLModel

from app.models.columns import Strict, enum_field, external_id_field, id_field, json_field
from app.models.prisoner import Gender
from app.models.text import Day, Line, PersonName, Texts


class OfficialBase(SQLModel):
    name: PersonName
    names: Texts = json_field(default_factory=dict)
    surname: Line | None = Field(
        None, max_length=100, description="As it follows a form of address; never guessed from the name."
    )
    gender: Gender = enum_field(Gender, default=Gender.UNKNOWN)
    since: Day | None = None
    until: Day | None = None


class Official(OfficialBase, table=True):
    """The person who holds an office from one date until another."""

    id: uuid.UUID = id_field()
    office_id: uuid.UUID = Field(foreign_key="office.id", index=True)
    external_id: Line | None = external_id_field()


class Holder(NamedTuple):
    """Who holds an office on some day: an official past the ORM, as letters and pages need them."""

    office_id: uuid.UUID
    name: str
    names: Mapping[str, str] = MappingProxyType({})
    surname: str | None = None
    gender: Gender = Gender.UNKNOWN
    since: date | None = None
    until: date | None = None
    external_id: str | None = None


class OfficialCreate(OfficialBase, Strict):
    external_id: Line | None = external_id_field()

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("`since` lies after `until`.")
        return self


class OfficialPublic(OfficialBase):
    pass


class HolderPublic(OfficialPublic):
    """An official with the id by which they are corrected."""

    id: uuid.UUID


class HolderUpdate(Strict):
    """Only what is sent is changed. `until: null`: until another follows."""

    name: PersonName | None = None
    names: Texts | None = None
    surname: Line | None = Field(default=None, max_length=100)
    gender: Gender | None = None
    since: Day | None = None
    until: Day | None = None
