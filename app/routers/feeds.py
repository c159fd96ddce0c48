"""A campaign's news as a feed."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app import answers
from app.answers import IfNoneMatch
from app.dependencies import ANYONE, CampaignDep, ReaderDep, SettingsDep
from app.models.text import Language
from app.services.interfaces import feeds
from app.showing import feed

ATOM = "application/atom+xml"
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {ATOM: {}}, "description": "A feed"},
    304: {"description": "It is the one that you have"},
}

router = APIRouter(prefix="/campaigns/{slug}", tags=["campaigns"], responses=ANSWERS, dependencies=[ANYONE])


@router.get("/updates.atom", response_class=Response)
async def read_feed(
    campaign: CampaignDep,
    session: ReaderDep,
    settings: SettingsDep,
    language: Annotated[Language, Query(description="One of the eight of the letters; others get English.")] = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """What happened in the campaign, newest first, as an Atom feed: that it began, its updates, and how it ended."""
    url = f"{settings.base_url}/api/v1/campaigns/{campaign.slug}/updates.atom?language={language}"
    text = feed.atom(await feeds.read(session, campaign, language=language, url=url))
    kept = answers.made_of(text)
    return answers.unchanged(kept, if_none_match) or Response(text, headers=kept, media_type=ATOM)
