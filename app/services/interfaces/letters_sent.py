"""How many letters were sent is told once a minute, and not while the last such call still waits."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign, CampaignStatus
from app.models.letter import LEFT
from app.models.webhook import Topic, Webhook, WebhookCall, WebhookCount
from app.rows.asking import rows
from app.rows.writing import insert_if_new
from app.services.counting import tallied
from app.services.telling import hooks

MINUTE = timedelta(seconds=60)


async def tell(session: AsyncSession, *, at: datetime) -> None:
    """Tell each webhook that listens how many letters left since it was told last."""
    for webhook in await hooks.listening(session, Topic.LETTERS_SENT):
        public = Campaign.organisation_id == webhook.organisation_id, Campaign.status != CampaignStatus.DRAFT
        slugs = dict((await session.exec(select(Campaign.id, Campaign.slug).where(*public))).all())
        stages = await tallied.by_campaign(session, list(slugs))
        sent = {campaign_id: sum(each[stage] for stage in LEFT) for campaign_id, each in stages.items()}
        kept = await _told_before(session, webhook, at=at)
        for count in kept:
            if sent[count.campaign_id] != count.letters_sent:
                _tell(session, webhook, count, slug=slugs[count.campaign_id], sent=sent[count.campaign_id], at=at)
        await _begin(session, webhook, sent, at=at)


def _tell(session: AsyncSession, webhook: Webhook, count: WebhookCount, *, slug: str, sent: int, at: datetime) -> None:
    data = {
        "campaign": slug,
        "letters_sent": sent,
        "change": sent - count.letters_sent,
        "since": count.told_at.isoformat(),
    }
    hooks.tell(session, [webhook], Topic.LETTERS_SENT, about=count.campaign_id, data=data, at=at)
    count.letters_sent, count.told_at = sent, at
    session.add(count)


async def _told_before(session: AsyncSession, webhook: Webhook, *, at: datetime) -> Sequence[WebhookCount]:
    """Return the counts that are old enough to be told again, locked."""
    waiting = sa.select(col(WebhookCall.about)).where(
        col(WebhookCall.webhook_id) == webhook.id,
        col(WebhookCall.topic) == Topic.LETTERS_SENT,
        col(WebhookCall.due_at).is_not(None),
    )
    which = select(WebhookCount).where(
        WebhookCount.webhook_id == webhook.id,
        col(WebhookCount.told_at) <= at - MINUTE,
        col(WebhookCount.campaign_id).not_in(waiting),
    )
    return (await session.exec(which.with_for_update(skip_locked=True))).all()


async def _begin(session: AsyncSession, webhook: Webhook, sent: dict[uuid.UUID, int], *, at: datetime) -> None:
    """Begin to count for this webhook where it has not been told of a campaign yet."""
    known = await rows(
        session, sa.select(col(WebhookCount.campaign_id)).where(col(WebhookCount.webhook_id) == webhook.id)
    )
    for campaign_id in sent.keys() - {campaign_id for (campaign_id,) in known}:
        row = {"webhook_id": webhook.id, "campaign_id": campaign_id, "letters_sent": sent[campaign_id], "told_at": at}
        await insert_if_new(session, WebhookCount, row)
