"""What others have published about prisoners."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    UNKEPT,
    CampaignDep,
    IdPath,
    OwnPrisonerDep,
    ReaderDep,
    SessionDep,
    SlugPath,
    VisitorDep,
)
from app.models.news_item import NewsItemCreate, NewsItemPublic, NewsItemUpdate
from app.pagination import Page, PageRequest
from app.services.lives import news_items

router = APIRouter(route_class=StrictRoute)


@router.get("/prisoners/{slug}/news-items", tags=["prisoners"], dependencies=[UNKEPT])
async def list_news_items(
    slug: SlugPath, session: ReaderDep, visitor: VisitorDep, query: Annotated[PageRequest, Query()]
) -> Page[NewsItemPublic]:
    """List what others have published about a prisoner, the last entered first."""
    return await news_items.of_prisoner(session, slug, visitor, query)


@router.get("/campaigns/{slug}/news-items", tags=["campaigns"], dependencies=[ANYONE, UNKEPT])
async def list_news_items_of_campaign(
    campaign: CampaignDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[NewsItemPublic]:
    """List what others have published about a campaign's prisoners, the last entered first."""
    return await news_items.of_campaign(session, campaign, query)


@router.post("/prisoners/{slug}/news-items", tags=["prisoners"], status_code=status.HTTP_201_CREATED)
async def add_news_item(prisoner: OwnPrisonerDep, body: NewsItemCreate, session: SessionDep) -> NewsItemPublic:
    """Add what somebody has published: title, publisher, day, address, and a short excerpt."""
    return await news_items.add(session, prisoner, body)


@router.patch("/prisoners/{slug}/news-items/{item_id}", tags=["prisoners"])
async def correct_news_item(
    prisoner: OwnPrisonerDep, item_id: IdPath, body: NewsItemUpdate, session: SessionDep
) -> NewsItemPublic:
    """Put a news item right: only what is sent is changed."""
    return await news_items.correct(session, prisoner, item_id, body)


@router.delete("/prisoners/{slug}/news-items/{item_id}", tags=["prisoners"], status_code=status.HTTP_204_NO_CONTENT)
async def remove_news_item(prisoner: OwnPrisonerDep, item_id: IdPath, session: SessionDep) -> None:
    """Take a news item out."""
    await news_items.remove(session, prisoner, item_id)
