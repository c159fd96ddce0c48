"""What an office learns of a supporter, as the campaign says."""

from dataclasses import dataclass

from app.composing import places
from app.composing.brief import BriefContent, BriefOffice
from app.models.campaign import Privacy

ADDRESS = ("street", "city")  # without these nobody can answer by post; some countries have no postcodes


@dataclass(frozen=True, slots=True)
class Supporter:
    """A supporter's details, opened for composing."""

    name: str
    email: str
    country: str
    city: str | None = None
    street: str | None = None
    postcode: str | None = None


def display_name(brief: BriefContent, supporter: Supporter) -> str:
    """The name under which a letter leaves."""
    if brief.privacy is Privacy.ORGANISATION:
        return brief.organisation
    return _initials(supporter.name) if brief.privacy is Privacy.INITIALS_AND_TOWN else supporter.name


def signature(brief: BriefContent, office: BriefOffice, supporter: Supporter, *, language: str) -> list[str]:
    """The lines under a letter: name and address are a sign of authenticity, as far as they are safe to give."""
    country = places.country(supporter.country, language)
    if brief.privacy is Privacy.ORGANISATION:
        return [brief.organisation]
    if brief.privacy is Privacy.FULL_ADDRESS or office.needs_address:
        town = " ".join(filter(None, (supporter.postcode, supporter.city)))
        return list(filter(None, (supporter.name, supporter.street, town, country)))
    return [display_name(brief, supporter), ", ".join(filter(None, (supporter.city, country)))]


def _initials(name: str) -> str:
    return " ".join(f"{part[0]}." for part in name.split() if part[0].isalnum()) or "–"
