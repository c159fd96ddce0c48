"""Offices that a campaign could write to, as they stand in the database."""

from dataclasses import dataclass

from app.models.office import Channel, Office, OfficeEmail


@dataclass(frozen=True, slots=True)
class Candidate:
    """An office with the relation that decides who writes to it."""

    office: Office
    accredited_to: list[str] | None  # None: everybody writes to it


def usable_channels(office: Office) -> list[Channel]:
    """The channels of an office that have an address, in its order."""
    usable = {
        Channel.EMAIL: live_address(office) is not None,
        Channel.POST: bool(office.postal_address),
        Channel.WEB_FORM: bool(office.web_form_url),
    }
    return [Channel(channel) for channel in office.channels if usable[Channel(channel)]]


def live_address(office: Office) -> str | None:
    """The first e-mail address of an office that is not dead."""
    emails = (OfficeEmail.model_validate(email) for email in office.emails)
    return next((email.address for email in emails if not email.dead), None)
