"""A campaign's life: published, paused, resumed, closed."""

import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.errors import Conflict
from app.models.brief import Brief
from app.models.campaign import (
    NEXT_STATUS,
    Campaign,
    CampaignClose,
    CampaignForOrganisers,
    CampaignPrisoner,
    CampaignStatus,
)
from app.models.columns import now
from app.models.letter import WAITING, Letter, Reason, Stage
from app.models.pace import Stream
from app.models.prisoner import Prisoner
from app.models.webhook import Topic
from app.rows.writing import insert_if_new
from app.services import briefs, campaigns, revisions
from app.services.endorsing import agreeing
from app.services.organising import reviewing
from app.services.queueing import queue
from app.services.team import alerts
from app.services.telling import hooks, news


async def publish(session: AsyncSession, campaign: Campaign) -> CampaignForOrganisers:
    """Freeze the next brief and open the campaign, or refuse with a list of what is missing."""
    to = CampaignStatus.PAUSED if campaign.status is CampaignStatus.PAUSED else CampaignStatus.ACTIVE
    if to is CampaignStatus.ACTIVE:
        _require_next(campaign, to)
    content = await briefs.compiled(session, campaign)
    await reviewing.require(session, campaign, content)
    before = await agreeing.demands_of(session, campaign)
    await revisions.change(session, campaign, {"brief_id": await _keep_brief(session, campaign, content), "status": to})
    await agreeing.follow(session, campaign, before=before, after=content.demands)
    await hooks.tell_of_campaign(session, campaign, Topic.CAMPAIGN_PUBLISHED)
    return await campaigns.show_to_organisers(session, campaign)


async def alarm(session: AsyncSession, prisoner: Prisoner) -> None:
    """Let the urgent texts lead in its organisation's campaigns about this prisoner: from now on, by a new brief."""
    calm = (
        select(Campaign)
        .join(CampaignPrisoner, col(CampaignPrisoner.campaign_id) == col(Campaign.id))
        .where(
            CampaignPrisoner.prisoner_id == prisoner.id,
            Campaign.organisation_id == prisoner.organisation_id,
            col(Campaign.urgent).is_(False),
            col(Campaign.status) != CampaignStatus.CLOSED,
        )
    )
    locked = calm.order_by(col(Campaign.id)).with_for_update(of=Campaign, key_share=True)
    for campaign in await session.exec(locked.execution_options(populate_existing=True)):
        changed: dict[str, object] = {"urgent": True}
        if campaign.brief_id:
            content = await briefs.load(session, campaign.brief_id)
            changed["brief_id"] = await _keep_brief(session, campaign, content.model_copy(update={"urgent": True}))
        await revisions.change(session, campaign, changed)


async def _keep_brief(session: AsyncSession, campaign: Campaign, content: BriefContent) -> uuid.UUID:
    """Keep the campaign's next brief, and return its id."""
    last = (await session.exec(select(sa.func.max(Brief.number)).where(Brief.campaign_id == campaign.id))).one()
    brief = Brief(campaign_id=campaign.id, number=(last or 0) + 1, content=content.model_dump(mode="json"))
    session.add(brief)
    for office in content.offices:
        await insert_if_new(session, Stream, {"campaign_id": campaign.id, "office_id": office.id})
    await session.flush()
    return brief.id


async def pause(session: AsyncSession, campaign: Campaign, *, trouble: str | None = None) -> CampaignForOrganisers:
    """Hold everything that has not left. `trouble`: why the service does so by itself."""
    _require_next(campaign, CampaignStatus.PAUSED)
    await revisions.change(session, campaign, {"status": CampaignStatus.PAUSED, "trouble": trouble})
    if trouble:
        await alerts.paused(session, campaign, why=trouble)
    await queue.stop(
        session,
        col(Letter.campaign_id) == campaign.id,
        stages_in=[Stage.QUEUED],
        to=Stage.HELD,
        reason=Reason.CAMPAIGN_PAUSED,
    )
    await hooks.tell_of_campaign(session, campaign, Topic.CAMPAIGN_PAUSED)
    return await campaigns.show_to_organisers(session, campaign)


async def pause_all(session: AsyncSession) -> int:
    """Pause every campaign that is open, and return how many that were: after a backup was restored."""
    open_ = select(Campaign).where(Campaign.status == CampaignStatus.ACTIVE).order_by(col(Campaign.id))
    campaigns_ = (await session.exec(open_.with_for_update(key_share=True))).all()
    for campaign in campaigns_:
        await pause(session, campaign, trouble="Whoever runs the service has paused all campaigns.")
    return len(campaigns_)


async def resume(session: AsyncSession, campaign: Campaign) -> CampaignForOrganisers:
    """Let what was held by the pause go on, and what was put in quarantine too."""
    if campaign.status is not CampaignStatus.PAUSED:
        raise Conflict(f"The campaign is {campaign.status.value}, not paused.")
    if campaign.closes_on and campaign.closes_on < now().date():
        raise Conflict("The closing date has passed: set another one first, or close the campaign with its outcome.")
    await revisions.change(session, campaign, {"status": CampaignStatus.ACTIVE, "trouble": None})
    may_go = col(Letter.reason).in_([Reason.CAMPAIGN_PAUSED, Reason.QUARANTINED])
    await queue.release(session, col(Letter.campaign_id) == campaign.id, may_go)
    await hooks.tell_of_campaign(session, campaign, Topic.CAMPAIGN_RESUMED)
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
            "instructions": {},
            "closed_at": now(),
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
    await hooks.tell_of_campaign(session, campaign, Topic.CAMPAIGN_CLOSED)
    return await campaigns.show_to_organisers(session, campaign)


def _require_next(campaign: Campaign, to: CampaignStatus) -> None:
    if campaign.status is CampaignStatus.CLOSED:
        raise Conflict("The campaign is closed, and stays closed. To go on, clone it into a new draft.")
    if to not in NEXT_STATUS[campaign.status]:
        raise Conflict(f"The campaign is {campaign.status.value}, so it cannot become {to.value}.")
