"""What may be seen by everybody: campaigns that are no drafts, about people who all agreed to publicity."""

import uuid
from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.models.campaign import Campaign, CampaignPrisoner, CampaignStatus
from app.models.prisoner import PUBLIC_CONSENT, Consent, Prisoner
from app.rows.asking import among, rows


def of_campaigns() -> sa.ColumnElement[bool]:
    """Select public campaigns. One that names somebody without consent is public no more: its words may name them."""
    return sa.and_(col(Campaign.status) != CampaignStatus.DRAFT, ~names_somebody_hidden())


def names_somebody_hidden() -> sa.ColumnElement[bool]:
    hidden: sa.Select[int] = (
        sa.select(sa.literal_column("1"))
        .select_from(CampaignPrisoner)
        .join(Prisoner, col(Prisoner.id) == col(CampaignPrisoner.prisoner_id))
        .where(
            col(CampaignPrisoner.campaign_id) == col(Campaign.id),
            *(col(Prisoner.consent) != consent for consent in PUBLIC_CONSENT),  # ready-made text has no lists
        )
    )
    return sa.exists(hidden.correlate(Campaign))


async def hidden(session: AsyncSession, campaign_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of the campaigns that name somebody without consent."""
    which = sa.select(col(Campaign.id)).where(among(session, col(Campaign.id), campaign_ids), names_somebody_hidden())
    return {campaign_id for (campaign_id,) in await rows(session, which)}


async def may_be_shown(session: AsyncSession, campaign: Campaign) -> bool:
    """Tell whether a campaign may be read behind a link of one's own: as a draft it may wait for consent, no more."""
    mine = col(CampaignPrisoner.campaign_id) == campaign.id, col(Prisoner.id) == col(CampaignPrisoner.prisoner_id)
    consents = {consent for (consent,) in await rows(session, sa.select(col(Prisoner.consent)).where(*mine))}
    return Consent.WITHDRAWN not in consents if campaign.status is CampaignStatus.DRAFT else consents <= PUBLIC_CONSENT


async def is_hidden(session: AsyncSession, brief: BriefContent) -> bool:
    """Tell whether a brief, or its campaign as it is now, names somebody without consent."""
    people = [each.id for each in brief.prisoners]
    public = sa.select(sa.func.count()).where(col(Prisoner.id).in_(people), col(Prisoner.consent).in_(PUBLIC_CONSENT))
    ((n,),) = await rows(session, public)
    return n < len(people) or bool(await hidden(session, [brief.campaign_id]))
