"""What the columns of many tables share: ids, instants, enums stored as text, and constraint names."""

import os
import time
import uuid
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SQLModel.model_config["defer_build"] = (
    True  # until a model is first used: nobody uses all of them, and building is slow
)
ENUM_LENGTH = 32


class Strict(SQLModel):
    """A body from outside: a field that is not known is refused, since it may be a slip in one that is."""

    model_config = SQLModelConfig(extra="forbid", defer_build=False)  # FastAPI builds what reads it at once


_last_stamp = 0


def uuid7() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562, method 3): 60 bits of time, ever rising in one process, then 62 random bits."""
    global _last_stamp  # noqa: PLW0603 - what makes them follow each other
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    _last_stamp = max(_last_stamp + 1, milliseconds << 12 | rest * 4096 // 1_000_000)
    high, low = divmod(_last_stamp, 4096)
    return uuid.UUID(int=high << 80 | 0x7 << 76 | low << 64 | 0x2 << 62 | int.from_bytes(os.urandom(8)) >> 2)


def now() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)


def day_in(timezone: str, at: datetime) -> date:
    """Return the day that it is at an instant in a time zone: the one in which a campaign counts its letters."""
    return at.astimezone(ZoneInfo(timezone)).date()


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


def external_id_field() -> Any:  # noqa: ANN401 - a Field stands in for a value of any type
    """Return the id that an organisation's own lists have for it: by it, an import finds it again."""
    return Field(default=None, max_length=200, description="Your own id for it: by it, an import finds it again.")


def external_id_index(table: str) -> sa.Index:
    """Return what makes external ids unique in an organisation."""
    return sa.Index(f"uq_{table}_external_id", "organisation_id", "external_id", unique=True)


def enum_field(enum: type[StrEnum], **options: Any) -> Any:  # noqa: ANN401 - a Field stands in for a value of any type
    """Return a column of one of the enum's values."""
    return Field(sa_type=text_enum(enum), **options)
