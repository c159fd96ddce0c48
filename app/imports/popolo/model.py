"""Popolo's classes, as far as an office needs them. Almost nothing is asked for: real files leave out anything."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Text = Annotated[
    str | None, BeforeValidator(lambda value: " ".join(value.split()) or None if isinstance(value, str) else value)
]
"""A text, or nothing where it is blank."""
Many = BeforeValidator(lambda value: value if value is not None else [])


class Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class Contact(Lenient):
    type: Text = None
    value: str | None = None


class Thing(Lenient):
    id: Text = None
    name: Text = None
    contact_details: Annotated[list[Contact], Many] = []
    email: str | None = None

    def ways(self) -> list[Contact]:
        return [*self.contact_details, *([Contact(type="email", value=self.email)] if self.email else [])]


class Person(Thing):
    family_name: Text = None
    gender: Text = None
    other_names: Annotated[list[dict[str, Any]], Many] = []


class Organization(Thing):
    classification: Text = None


class Post(Thing):
    label: Text = None
    role: Text = None
    organization_id: Text = None


class Membership(Thing):
    person_id: Text = None
    organization_id: Text = None
    post_id: Text = None
    role: Text = None
    label: Text = None
    start_date: Text = None
    end_date: Text = None


class Popolo(Lenient):
    persons: Annotated[list[Person], Many] = []
    organizations: Annotated[list[Organization], Many] = []
    posts: Annotated[list[Post], Many] = []
    memberships: Annotated[list[Membership], Many] = Field([])
