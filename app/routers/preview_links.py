"""Links that show a campaign to somebody without an account, before it is published."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    IdPath,
    KeysDep,
    LinkPath,
    OwnCampaignDep,
    ReaderDep,
    SessionDep,
    SettingsDep,
    WatchedCampaignDep,
)
from app.models.preview_link import CampaignPreview, PreviewLinkCreate, PreviewLinkPublic
from app.models.rehearsal import RehearsalQuery
from app.pagination import Page, PageRequest
from app.services.organising import preview_links

router = APIRouter(tags=["campaigns"], route_class=StrictRoute)

UNSEEN = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


@router.post("/campaigns/{slug}/preview-links", status_code=status.HTTP_201_CREATED)
async def create_preview_link(
    campaign: OwnCampaignDep, body: PreviewLinkCreate, session: SessionDep, keys: KeysDep, settings: SettingsDep
) -> PreviewLinkPublic:
    """Make a link that shows the campaign to whoever has it, for some days: the family, a lawyer, a partner."""
    return await preview_links.create(session, keys, campaign, body, base_url=settings.base_url)


@router.get("/campaigns/{slug}/preview-links")
async def list_preview_links(
    campaign: WatchedCampaignDep,
    session: ReaderDep,
    keys: KeysDep,
    settings: SettingsDep,
    query: Annotated[PageRequest, Query()],
) -> Page[PreviewLinkPublic]:
    """List a campaign's preview links, newest first."""
    return query.page(await preview_links.listed(session, keys, campaign, base_url=settings.base_url))


@router.delete("/campaigns/{slug}/preview-links/{link_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_preview_link(campaign: OwnCampaignDep, link_id: IdPath, session: SessionDep) -> None:
    """End a link from this instant."""
    await preview_links.revoke(session, campaign, link_id)


@router.get("/previews/{token}", dependencies=[ANYONE])
async def look_at_preview(
    token: LinkPath,
    session: ReaderDep,
    keys: KeysDep,
    query: Annotated[RehearsalQuery, Query()],
    response: Response,
) -> CampaignPreview:
    """Show a draft as its page would be, with letters of sample supporters. Nothing is stored or counted.

    410 when the link has run out or was revoked. The answer must not be kept, and not be indexed.
    """
    response.headers.update(UNSEEN)
    return await preview_links.look(session, keys, token, query.asked)
