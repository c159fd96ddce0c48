"""What the columns of many tables share: ids, instants, enums stored as text, and constraint names."""

import os
import time
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

ENUM_LENGTH = 32


def uuid7() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562): 48 bits of milliseconds, so that new rows sort last, then 74 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    number = number & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def now() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)


def text_enum(enum: type[StrEnum]) -> sa.Enum:
    """Return the column type that stores an enum's value as text, the same on both databases."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=ENUM_LENGTH,
        values_callable=lambda members: [member.value for member in members],
    )


def id_field() -> Any:  # noqa: ANN401 - a Field stands in for a value of any type
    """Return the primary key that most tables have."""
    return Field(default_factory=uuid7, primary_key=True)


def json_field(**options: Any) -> Any:  # noqa: ANN401 - a Field stands in for a value of any type
    """Return a column of JSON. Assign a new value to change it: changes in place are not seen."""
    return Field(sa_type=sa.JSON, **options)


def enum_field(enum: type[StrEnum], **options: Any) -> Any:  # noqa: ANN401 - a Field stands in for a value of any type
    """Return a column of one of the enum's values."""
    return Field(sa_type=text_enum(enum), **options)
