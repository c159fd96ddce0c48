"""Which time a person may write, where a campaign repeats."""

from datetime import date, datetime
from typing import Protocol


class Repeating(Protocol):
    """A campaign, as far as its rounds ask for it."""

    @property
    def repeat_every_days(self) -> int | None: ...
    @property
    def opens_on(self) -> date | None: ...
    @property
    def created_at(self) -> datetime: ...


def round_on(campaign: Repeating, day: date) -> int:
    """Return which time a person may write on this day: 0, then one more every `repeat_every_days`."""
    if not campaign.repeat_every_days:
        return 0
    return (day - (campaign.opens_on or campaign.created_at.date())).days // campaign.repeat_every_days
