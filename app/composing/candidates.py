"""Offices that a campaign could write to, as they stand in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.models.office import Channel, Office


@dataclass(frozen=True, slots=True)
class Candidate:
    """An office with the relation that decides who writes to it."""

    office: Office
    written_from: list[str] | None = None  # None: everybody writes to it
    own_government: bool = False  # of those who write to it


def usable_channels(office: Office) -> list[Channel]:
    """The channels of an office that have an address, in its order."""
    usable = {
        Channel.EMAIL: live_address(office.emails) is not None,
        Channel.POST: bool(office.postal_address),
        Channel.WEB_FORM: bool(office.web_form_url),
    }
    return [Channel(channel) for channel in office.channels if usable[Channel(channel)]]


def live_address(emails: Sequence[Mapping[str, Any]]) -> str | None:
    """The first of an office's e-mail addresses (each an OfficeEmail) that is not dead."""
    return next((email["address"] for email in emails if not email.get("dead")), None)
