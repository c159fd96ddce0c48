"""Links by which somebody without an account sees a campaign as it would be. Looking counts and changes nothing."""

import uuid
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, Gone, NotFound
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.letter import Reason
from app.models.preview_link import CampaignPreview, PreviewLink, PreviewLinkCreate, PreviewLinkPublic
from app.models.rehearsal import RehearsalCreate
from app.services import campaigns, gates, publicity
from app.services.organising import rehearsal
from app.services.sealing import PREVIEW, Keys


async def create(
    session: AsyncSession, keys: Keys, campaign: Campaign, body: PreviewLinkCreate, *, base_url: str
) -> PreviewLinkPublic:
    """Make a link to show a campaign that is not over."""
    if campaign.status is CampaignStatus.CLOSED:
        raise Conflict("The campaign is closed: there is nothing left to try out.")
    link = PreviewLink(campaign_id=campaign.id, note=body.note, expires_at=now() + timedelta(days=body.days))
    session.add(link)
    await session.flush()
    return _public(keys, link, base_url)


async def listed(session: AsyncSession, keys: Keys, campaign: Campaign, *, base_url: str) -> list[PreviewLinkPublic]:
    """Return a campaign's links, newest first, with those that have ended."""
    which = select(PreviewLink).where(PreviewLink.campaign_id == campaign.id).order_by(col(PreviewLink.id).desc())
    return [_public(keys, link, base_url) for link in await session.exec(which)]


async def revoke(session: AsyncSession, campaign: Campaign, link_id: uuid.UUID) -> None:
    """End a link from this instant."""
    link = await session.get(PreviewLink, link_id)
    if link is None or link.campaign_id != campaign.id:
        raise NotFound("There is no preview link with this id.")
    link.revoked_at = link.revoked_at or now()
    await session.flush()


async def look(session: AsyncSession, keys: Keys, token: str, asked: RehearsalCreate) -> CampaignPreview:
    """Show the campaign's page, and letters of sample supporters, as they would be were it published now."""
    link = await session.get(PreviewLink, keys.submission_of(token, purpose=PREVIEW))
    campaign = await session.get(Campaign, link.campaign_id) if link else None
    if link is None or campaign is None:
        raise NotFound("This link is not known. Please copy it whole, as it was given to you.")
    if link.revoked_at or link.expires_at < now() or campaign.status is CampaignStatus.CLOSED:
        raise Gone("This link has run out or was taken back. Ask whoever gave it to you for another one.")
    if not await publicity.may_be_shown(session, campaign):
        raise gates.refuse(Reason.NO_CONSENT)
    tried = await rehearsal.rehearse(session, campaign, asked)
    shown = await campaigns.show(session, campaign)
    return CampaignPreview(campaign=shown, complete=not tried.faults, letters=tried.letters)


def _public(keys: Keys, link: PreviewLink, base_url: str) -> PreviewLinkPublic:
    url = f"{base_url}/preview/{keys.token_for(link.id, purpose=PREVIEW)}"
    return PreviewLinkPublic.model_validate({**link.model_dump(), "url": url})
