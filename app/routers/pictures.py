"""The numbers as pictures, for mails and social media."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app import answers
from app.answers import IfNoneMatch
from app.dependencies import ANYONE, CampaignDep, ReaderDep, of_the_app
from app.models.text import Language
from app.services.numbers.curves import Gallery
from app.showing import pictures
from app.showing.pictures import Kind

SVG, PNG = "image/svg+xml", "image/png"
GUARD = {  # an SVG opened by itself must neither run nor load anything
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {SVG: {}, PNG: {}}, "description": "A picture"},
    304: {"description": "It is the one that you have"},
}

router = APIRouter(prefix="/campaigns/{slug}/stats", tags=["stats"], responses=ANSWERS, dependencies=[ANYONE])

InLanguage = Annotated[Language, Query(description="One of the eight of the letters; others get English.")]
GalleryDep = Annotated[Gallery, of_the_app("gallery")]


@router.get("/{kind}.svg", response_class=Response)
async def draw(
    kind: Kind,
    campaign: CampaignDep,
    session: ReaderDep,
    gallery: GalleryDep,
    language: InLanguage = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The curve of letters sent (1200 × 630), or the bar towards the goal (600 × 96), as SVG."""
    picture = pictures.svg(kind, await gallery.look(session, campaign, language=language))
    kept = answers.made_of(SVG + picture)
    return answers.unchanged(kept, if_none_match) or Response(picture, headers=kept | GUARD, media_type=SVG)


@router.get("/{kind}.png", response_class=Response)
async def paint(
    kind: Kind,
    campaign: CampaignDep,
    session: ReaderDep,
    gallery: GalleryDep,
    language: InLanguage = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The same as PNG."""
    picture = pictures.svg(kind, await gallery.look(session, campaign, language=language))
    kept = answers.made_of(PNG + picture)
    known = answers.unchanged(kept, if_none_match)
    return known or Response(await asyncio.to_thread(pictures.png, picture), headers=kept, media_type=PNG)
