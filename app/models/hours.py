"""When an office is open."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, PlainSerializer, model_validator
from sqlmodel import Field

from app.models.columns import Strict


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError("There is no such time zone; one is called, for example, Europe/Minsk.") from None
    return name


TimeOfDay = Annotated[time, PlainSerializer(lambda value: value.isoformat("minutes"), when_used="json")]


class OfficeHours(Strict):
    """When letters reach an office, in its own time zone. `days`: 1 is Monday."""

    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(max_length=64)
    opens: TimeOfDay = time(9)
    closes: TimeOfDay = time(17)
    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(default=[1, 2, 3, 4, 5], min_length=1, max_length=7)

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("Give times without a time zone: `timezone` says it.")
        if self.opens >= self.closes:
            raise ValueError("`closes` must be later than `opens`.")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def seconds(self) -> float:
        """How long a day is, in seconds, but for the two on which clocks change."""
        return (datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)) / timedelta(seconds=1)

    def on(self, day: date) -> tuple[datetime, datetime]:
        """From when until when the office is open on a day, in UTC."""
        opens, closes = (datetime.combine(day, each, self.zone).astimezone(UTC) for each in (self.opens, self.closes))
        return opens, closes

    def is_open_on(self, day: date) -> bool:
        return day.isoweekday() in self.days
