"""The offices that a campaign would write to if it were published now."""

import uuid

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.candidates import Candidate, usable_channels
from app.models.campaign import Campaign, CampaignOffice
from app.models.office import Accreditation, Office, OfficeKind
from app.services import campaigns


async def of(session: AsyncSession, campaign: Campaign) -> list[Candidate]:
    """Return the offices that the campaign names, then embassies, then the foreign ministers of supporters' countries.

    The latter two are taken from its own organisation's: nobody else decides where letters go.
    """
    named = await session.exec(
        select(Office)
        .join(CampaignOffice, col(CampaignOffice.office_id) == col(Office.id))
        .where(col(CampaignOffice.campaign_id) == campaign.id)
        .order_by(col(CampaignOffice.position))
    )
    found = [Candidate(office) for office in named]
    chosen = {entry.office.id for entry in found}
    others = [*await _embassies(session, campaign), *await _ministers(session, campaign)]
    return found + [each for each in others if each.office.id not in chosen and _can_be_written_to(campaign, each)]


async def _embassies(session: AsyncSession, campaign: Campaign) -> list[Candidate]:
    embassies = await session.exec(
        select(Office, Accreditation.country)
        .join(Accreditation, col(Accreditation.office_id) == col(Office.id))
        .where(*_own(campaign, OfficeKind.AMBASSADOR), col(Office.country).in_(campaign.embassies_of))
        .order_by(col(Office.id), col(Accreditation.country))
    )
    accredited: dict[uuid.UUID, tuple[Office, list[str]]] = {}
    for office, country in embassies:
        accredited.setdefault(office.id, (office, []))[1].append(country)
    return [Candidate(office, countries) for office, countries in accredited.values()]


async def _ministers(session: AsyncSession, campaign: Campaign) -> list[Candidate]:
    """Return foreign ministers, but not of a country that holds one of the prisoners: that one is no third party."""
    if not campaign.own_government:
        return []
    held_in = {each.country for each in await campaigns.prisoners_of(session, campaign)}
    ministers = await session.exec(
        select(Office)
        .where(*_own(campaign, OfficeKind.MINISTER), col(Office.foreign_affairs), col(Office.country).not_in(held_in))
        .order_by(col(Office.id))
    )
    return [Candidate(office, [office.country], own_government=True) for office in ministers]


def _own(campaign: Campaign, kind: OfficeKind) -> list[ColumnElement[bool]]:
    return [
        col(Office.organisation_id) == campaign.organisation_id,
        col(Office.kind) == kind,
        col(Office.in_use).is_(True),
    ]


def _can_be_written_to(campaign: Campaign, candidate: Candidate) -> bool:
    """Pass over those without an address or a common language: nobody chose them by name."""
    office = candidate.office
    return bool(usable_channels(office)) and not set(office.languages).isdisjoint(campaign.demands)
