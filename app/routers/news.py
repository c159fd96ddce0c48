"""What campaigns tell: updates, and the outcome."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import ANYONE, UNKEPT, CampaignDep, OwnCampaignDep, ReaderDep, SessionDep
from app.models.news import NewsCreate, NewsPublic
from app.pagination import Page, PageRequest
from app.services.telling import news

router = APIRouter(prefix="/campaigns/{slug}/updates", tags=["campaigns"], route_class=StrictRoute)


@router.get("", dependencies=[ANYONE, UNKEPT])
async def list_updates(
    campaign: CampaignDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[NewsPublic]:
    """List what the campaign has told, newest first."""
    return await news.listed(session, campaign, query)


@router.post("", status_code=status.HTTP_201_CREATED)
async def post_update(campaign: OwnCampaignDep, body: NewsCreate, session: SessionDep) -> NewsPublic:
    """Tell what has happened: to the public, and by mail to those who asked to hear of the campaign."""
    return await news.publish(session, campaign, body)
