"""May this be written now? Asked at preview, submission, confirmation and sending."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Closed
from app.models.campaign import Campaign, CampaignStatus
from app.models.letter import Reason
from app.models.office import Office
from app.models.prisoner import FREE_OR_DEAD, PUBLIC_CONSENT, Consent, Prisoner, PrisonerStatus

WORDS: dict[Reason, str] = {
    Reason.CAMPAIGN_PAUSED: "The campaign is paused. Please come back later: nothing more needs to be sent for now.",
    Reason.CAMPAIGN_CLOSED: "The campaign is closed. Thank you: nobody needs to write any more.",
    Reason.NOT_YET_OPEN: "The campaign has not begun yet.",
    Reason.PRISONER_FREE_OR_DEAD: "What these letters say is no longer true of the people they are about, so nobody writes for now.",
    Reason.NO_CONSENT: "These letters are stopped: there is no consent to write about this person.",
    Reason.COUNTRY_REFUSED: "For your own safety, nobody writes in this campaign from the country where you live.",
    Reason.OFFICE_NOT_IN_USE: "This office takes no letters at the moment.",
}


@dataclass(frozen=True, slots=True)
class State:
    """What the gates look at, as it stands in the database now."""

    campaign: Campaign
    prisoners: dict[uuid.UUID, tuple[PrisonerStatus, Consent]]
    offices_in_use: frozenset[uuid.UUID]


async def state(
    session: AsyncSession, campaign: Campaign, *, prisoner_ids: Iterable[uuid.UUID], office_ids: Iterable[uuid.UUID]
) -> State:
    """Read what the gates look at."""
    prisoners = await session.execute(
        sa.select(Prisoner.id, Prisoner.status, Prisoner.consent).where(col(Prisoner.id).in_(list(prisoner_ids)))  # type: ignore[call-overload]
    )
    offices = await session.scalars(
        sa.select(col(Office.id)).where(col(Office.id).in_(list(office_ids)), col(Office.in_use))
    )
    return State(campaign, {id_: (status, consent) for id_, status, consent in prisoners}, frozenset(offices))


def against(state: State, *, country: str, prisoner_ids: Iterable[uuid.UUID], today: date) -> Reason | None:
    """Return why nothing may be written about these prisoners from this country, or None."""
    campaign = state.campaign
    if campaign.status is CampaignStatus.PAUSED:
        return Reason.CAMPAIGN_PAUSED
    if campaign.status is not CampaignStatus.ACTIVE or (campaign.closes_on and today > campaign.closes_on):
        return Reason.CAMPAIGN_CLOSED
    if campaign.opens_on and today < campaign.opens_on:
        return Reason.NOT_YET_OPEN
    if country in campaign.refused_countries:
        return Reason.COUNTRY_REFUSED
    for prisoner_id in prisoner_ids:
        status, consent = state.prisoners[prisoner_id]
        if consent not in PUBLIC_CONSENT:
            return Reason.NO_CONSENT
        if status in FREE_OR_DEAD:
            return Reason.PRISONER_FREE_OR_DEAD
    return None


def against_office(state: State, office_id: uuid.UUID) -> Reason | None:
    """Return why nothing may be written to this office, or None."""
    return None if office_id in state.offices_in_use else Reason.OFFICE_NOT_IN_USE


def refuse(reason: Reason) -> Closed:
    """Return the refusal in words for a supporter."""
    return Closed(WORDS[reason], reason=reason)
