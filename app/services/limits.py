"""What an office can bear: letters an hour and a day, and when it is open. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.models.hours import OfficeHours

HOUR = 3600.0  # seconds
DAY = 86_400.0
JITTER = 0.25  # of a step: so much later, at most, a letter leaves than its slot begins; gaps differ by ±25 %
CATCH_UP = 2.0  # seconds for which slots that nobody took stay open: workers only look now and then


@dataclass(frozen=True, slots=True)
class Limits:
    """What an office can bear."""

    hourly: int
    daily: int | None = None
    hours: OfficeHours | None = None

    @property
    def step(self) -> float:
        """Seconds from slot to slot, so wide that jitter and catching up never break a limit, in no hour and no day."""
        steps = [(HOUR + CATCH_UP) / (self.hourly - JITTER)]
        if self.daily:
            steps.append(((self.hours.seconds if self.hours else DAY) + CATCH_UP) / (self.daily - JITTER))
        return max(steps)


@dataclass(frozen=True, slots=True)
class Pace:
    """Where an office stands: the next slot, and the moment in it at which a letter may leave."""

    slot_at: datetime
    next_at: datetime


def of_office(hourly: int | None, daily: int | None, hours: dict[str, Any] | None, *, usual: int) -> Limits:
    """Return an office's limits; `usual` is what it takes in an hour if it has no limit of its own."""
    return Limits(hourly or usual, daily, OfficeHours.model_validate(hours) if hours else None)


def opening(at: datetime, hours: OfficeHours) -> datetime:
    """Return this moment if the office is open, or else the next at which it opens."""
    day = at.astimezone(hours.zone).date()
    while True:
        opens_at, closes_at = hours.on(day)
        if hours.is_open_on(day) and at < closes_at:
            return max(at, opens_at)
        day += timedelta(days=1)


def last_leaves_at(pace: Pace | None, limits: Limits, *, letters: int, now: datetime) -> datetime:
    """Return when the last of so many letters to an office is expected to leave."""
    at = max(now, pace.next_at) if pace else now
    seconds = (letters - 1) * limits.step
    if limits.hours is None:
        return at + timedelta(seconds=seconds)
    at = opening(at, limits.hours)
    while seconds > 0:
        _, closes_at = limits.hours.on(at.astimezone(limits.hours.zone).date())
        today = (closes_at - at).total_seconds()
        if seconds < today:
            return at + timedelta(seconds=seconds)
        seconds -= today
        at = opening(closes_at, limits.hours)
    return at
