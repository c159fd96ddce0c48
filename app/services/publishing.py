"""A campaign's life: published, paused, resumed, closed."""

import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent, compile_brief
from app.composing.candidates import Candidate, usable_channels
from app.errors import Conflict
from app.models.brief import Brief
from app.models.campaign import (
    NEXT_STATUS,
    Campaign,
    CampaignClose,
    CampaignForOrganisers,
    CampaignOffice,
    CampaignStatus,
)
from app.models.columns import now
from app.models.letter import WAITING, Letter, Reason, Stage
from app.models.office import Accreditation, Office, OfficeKind
from app.models.organisation import Organisation
from app.services import briefs, campaigns, news, queue, revisions


async def publish(session: AsyncSession, campaign: Campaign) -> CampaignForOrganisers:
    """Freeze the next brief and open the campaign, or refuse with a list of what is missing."""
    to = CampaignStatus.PAUSED if campaign.status is CampaignStatus.PAUSED else CampaignStatus.ACTIVE
    if to is CampaignStatus.ACTIVE:
        _require_next(campaign, to)
    content = await compiled(session, campaign)
    last = (await session.exec(select(sa.func.max(Brief.number)).where(Brief.campaign_id == campaign.id))).one()
    brief = Brief(campaign_id=campaign.id, number=(last or 0) + 1, content=content.model_dump(mode="json"))
    session.add(brief)
    await revisions.change(session, campaign, {"brief_id": brief.id, "status": to})
    return await campaigns.show_to_organisers(session, campaign)


async def compiled(session: AsyncSession, campaign: Campaign) -> BriefContent:
    """Return the brief as it would be published now, or refuse with a list of what is missing. Keeps nothing."""
    organisation = await session.get_one(Organisation, campaign.organisation_id)
    prisoners = (await campaigns.prisoners_of(session, [campaign.id])).get(campaign.id, [])
    offices = await _offices(session, campaign)
    return compile_brief(campaign, organisation.name, prisoners, offices, today=now().date())


async def in_force(session: AsyncSession, campaign: Campaign) -> BriefContent:
    """Return the brief that letters are made from now; for a draft, the one that publishing would make."""
    if campaign.brief_id is None:
        return await compiled(session, campaign)
    return await briefs.load(session, campaign.brief_id)


async def pause(session: AsyncSession, campaign: Campaign) -> CampaignForOrganisers:
    """Hold everything that has not left."""
    _require_next(campaign, CampaignStatus.PAUSED)
    await revisions.change(session, campaign, {"status": CampaignStatus.PAUSED})
    await queue.stop(
        session,
        col(Letter.campaign_id) == campaign.id,
        stages_in=[Stage.QUEUED],
        to=Stage.HELD,
        reason=Reason.CAMPAIGN_PAUSED,
    )
    return await campaigns.show_to_organisers(session, campaign)


async def resume(session: AsyncSession, campaign: Campaign) -> CampaignForOrganisers:
    """Let what was held by the pause go on."""
    if campaign.status is not CampaignStatus.PAUSED:
        raise Conflict(f"The campaign is {campaign.status.value}, not paused.")
    await revisions.change(session, campaign, {"status": CampaignStatus.ACTIVE})
    await queue.release(session, col(Letter.campaign_id) == campaign.id, col(Letter.reason) == Reason.CAMPAIGN_PAUSED)
    return await campaigns.show_to_organisers(session, campaign)


async def close(session: AsyncSession, campaign: Campaign, body: CampaignClose) -> CampaignForOrganisers:
    """End the campaign with its outcome. Letters that have not left are cancelled."""
    _require_next(campaign, CampaignStatus.CLOSED)
    await revisions.change(
        session,
        campaign,
        {
            "status": CampaignStatus.CLOSED,
            "outcome": body.outcome,
            "outcome_note": body.note,
            "closes_on": min(campaign.closes_on or now().date(), now().date()),
        },
    )
    await queue.stop(
        session,
        col(Letter.campaign_id) == campaign.id,
        stages_in=WAITING,
        to=Stage.CANCELLED,
        reason=Reason.CAMPAIGN_CLOSED,
    )
    await news.tell_outcome(session, campaign)
    return await campaigns.show_to_organisers(session, campaign)


def _require_next(campaign: Campaign, to: CampaignStatus) -> None:
    if to not in NEXT_STATUS[campaign.status]:
        raise Conflict(f"The campaign is {campaign.status.value}, so it cannot become {to.value}.")


async def _offices(session: AsyncSession, campaign: Campaign) -> list[Candidate]:
    fixed = await session.exec(
        select(Office)
        .join(CampaignOffice, col(CampaignOffice.office_id) == col(Office.id))
        .where(col(CampaignOffice.campaign_id) == campaign.id)
        .order_by(col(CampaignOffice.position))
    )
    found = [Candidate(office, None) for office in fixed]
    chosen = {entry.office.id for entry in found}
    embassies = await session.exec(
        select(Office, Accreditation.country)
        .join(Accreditation, col(Accreditation.office_id) == col(Office.id))
        .where(
            Office.organisation_id == campaign.organisation_id,  # nobody else decides where letters go
            Office.kind == OfficeKind.AMBASSADOR,
            col(Office.country).in_(campaign.embassies_of),
            col(Office.in_use),
        )
        .order_by(col(Office.id), col(Accreditation.country))
    )
    accredited: dict[uuid.UUID, tuple[Office, list[str]]] = {}
    for office, country in embassies:
        if office.id not in chosen and _can_be_written_to(campaign, office):
            accredited.setdefault(office.id, (office, []))[1].append(country)
    return found + [Candidate(office, countries) for office, countries in accredited.values()]


def _can_be_written_to(campaign: Campaign, office: Office) -> bool:
    """Pass over embassies without an address or a common language: nobody chose them by name."""
    return bool(usable_channels(office)) and not set(office.languages).isdisjoint(campaign.demands)
