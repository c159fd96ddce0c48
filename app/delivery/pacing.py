"""How fast letters may leave, and in which order. Pure: times and limits in, times and numbers out."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.services.limits import CATCH_UP, JITTER, Limits, Pace, opening

FIRST_CONCURRENCY = 5.0  # letters to one mail domain at once, to begin with; as Postfix has it
MOST_CONCURRENCY = 20.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A stream that has letters due, at an office whose next slot has come."""

    campaign_id: uuid.UUID
    office_id: uuid.UUID
    organisation_id: uuid.UUID
    domain: str


def slots(pace: Pace | None, limits: Limits, *, now: datetime) -> int:
    """Return how many letters an office takes now."""
    if limits.hours and opening(now, limits.hours) > now:
        return 0
    if pace is None:
        return 1
    if now < pace.next_at:
        return 0
    return 1 + int((now - _slot(pace, limits, now)).total_seconds() / limits.step)


def after(pace: Pace | None, limits: Limits, *, taken: int, now: datetime, chance: float) -> Pace:
    """Return the pace after some letters were taken. `chance` is between 0 and 1."""
    slot_at = (now if pace is None else _slot(pace, limits, now)) + timedelta(seconds=taken * limits.step)
    if limits.hours:
        slot_at = opening(slot_at, limits.hours)
    return Pace(slot_at, slot_at + timedelta(seconds=chance * JITTER * limits.step))


def _slot(pace: Pace, limits: Limits, now: datetime) -> datetime:
    """Return the next slot; those that nobody took in time are lost, or a quiet hour would end in a flood."""
    return max(pace.slot_at, now - timedelta(seconds=CATCH_UP + JITTER * limits.step))


def share(
    turns: Iterable[Turn],
    *,
    room: int,
    offices: Mapping[uuid.UUID, int],
    domains: Mapping[str, int],
    organisations: Mapping[uuid.UUID, int],
) -> Counter[Turn]:
    """Return how many letters each stream may have: one campaign after the other, the longest waiting first.

    `turns` come in the order of their last turn; the mappings say how many letters are left to each.
    """
    left: Counter[uuid.UUID | str] = Counter()
    for bounds in (offices, domains, organisations):
        left.update(bounds)
    circles: dict[uuid.UUID, list[Turn]] = {}
    for turn in turns:
        circles.setdefault(turn.campaign_id, []).append(turn)
    given: list[Turn] = []
    while circles and len(given) < room:
        for campaign_id, circle in list(circles.items())[: room - len(given)]:
            if (next_ := _next(circle, left)) is None:
                del circles[campaign_id]
            else:
                given.append(next_)
    return Counter(given)


def _next(circle: list[Turn], left: Counter[uuid.UUID | str]) -> Turn | None:
    """Return whose turn it is in a campaign: the first for whom all bounds leave a letter; it goes to the end."""
    for place, turn in enumerate(circle):
        office, domain, organisation = turn.office_id, turn.domain, turn.organisation_id
        if left[office] > 0 and left[domain] > 0 and left[organisation] > 0:
            left[office] -= 1
            left[domain] -= 1
            left[organisation] -= 1
            circle.append(circle.pop(place))
            return turn
    return None


def adjusted(concurrency: float, *, sent: int, deferred: int) -> float:
    """Return a mail domain's next concurrency: one more for each round that went well, half after a "not now"."""
    if deferred:
        return max(1.0, concurrency / 2)
    return min(MOST_CONCURRENCY, concurrency + sent / concurrency)
