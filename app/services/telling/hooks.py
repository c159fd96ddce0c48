"""What happens, for webhooks: written in the transaction in which it happens, called by the worker later."""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign, CampaignPrisoner, CampaignStatus
from app.models.columns import now
from app.models.prisoner import Prisoner, PrisonerStatus
from app.models.webhook import Topic, Webhook, WebhookCall


async def tell_of_campaign(session: AsyncSession, campaign: Campaign, topic: Topic) -> None:
    """Tell its organisation's webhooks what became of a campaign."""
    data = {
        "campaign": campaign.slug,
        "status": campaign.status,
        "brief_id": str(campaign.brief_id) if campaign.brief_id else None,
        "outcome": campaign.outcome,
    }
    hooks = await listening(session, topic, [campaign.organisation_id])
    tell(session, hooks, topic, about=campaign.id, data=data)


async def tell_of_prisoner(session: AsyncSession, prisoner: Prisoner, *, before: PrisonerStatus) -> None:
    """Tell a change of status to the prisoner's organisation, and to all that campaign about them."""
    if prisoner.status is before:
        return
    campaigning = (
        select(Campaign.organisation_id)
        .join(CampaignPrisoner, col(CampaignPrisoner.campaign_id) == col(Campaign.id))
        .where(CampaignPrisoner.prisoner_id == prisoner.id, Campaign.status != CampaignStatus.CLOSED)
    )
    organisations = {prisoner.organisation_id, *await session.exec(campaigning)}
    hooks = await listening(session, Topic.PRISONER_STATUS_CHANGED, organisations)
    data = {"prisoner": prisoner.slug, "before": before, "status": prisoner.status}
    tell(session, hooks, Topic.PRISONER_STATUS_CHANGED, about=prisoner.id, data=data)


async def listening(
    session: AsyncSession, topic: Topic, organisation_ids: Iterable[uuid.UUID] | None = None
) -> list[Webhook]:
    """Return the webhooks in use that want to be told about this."""
    which = select(Webhook).where(col(Webhook.in_use)).order_by(col(Webhook.id))
    if organisation_ids is not None:
        which = which.where(col(Webhook.organisation_id).in_(list(organisation_ids)))
    return [webhook for webhook in await session.exec(which) if topic in webhook.topics]


def tell(
    session: AsyncSession,
    webhooks: Iterable[Webhook],
    topic: Topic,
    *,
    about: uuid.UUID,
    data: Mapping[str, object],
    at: datetime | None = None,
) -> None:
    """Have these webhooks called with the same body, as Standard Webhooks shapes it."""
    at = at or now()
    body = json.dumps({"type": topic, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)
    session.add_all(
        WebhookCall(webhook_id=webhook.id, topic=topic, about=about, body=body, due_at=at) for webhook in webhooks
    )
