"""The numbers as pictures, for mails and social media."""

import asyncio
import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response, status

from app.dependencies import CampaignDep, ReaderDep
from app.models.text import Language
from app.services import curves
from app.showing import pictures
from app.showing.pictures import Kind

SECONDS = 60  # for which a picture may be kept
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/svg+xml": {}, "image/png": {}}, "description": "A picture"},
    304: {"description": "It is the one that you have"},
}

router = APIRouter(prefix="/campaigns/{slug}/stats", tags=["stats"], responses=ANSWERS)

InLanguage = Annotated[Language, Query(description="One of the eight of the letters; others get English.")]
IfNoneMatch = Annotated[str | None, Header(description="The ETag of the picture that you have.")]


@router.get("/{kind}.svg", response_class=Response)
async def draw(
    kind: Kind,
    campaign: CampaignDep,
    session: ReaderDep,
    language: InLanguage = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The curve of letters sent (1200 × 630), or the bar towards the goal (600 × 96), as SVG."""
    picture = pictures.svg(kind, await curves.read(session, campaign, language=language))
    return _unless_known(picture, "image/svg+xml", if_none_match) or _answer(picture, "image/svg+xml", picture.encode())


@router.get("/{kind}.png", response_class=Response)
async def paint(
    kind: Kind,
    campaign: CampaignDep,
    session: ReaderDep,
    language: InLanguage = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The same as PNG."""
    picture = pictures.svg(kind, await curves.read(session, campaign, language=language))
    known = _unless_known(picture, "image/png", if_none_match)
    return known or _answer(picture, "image/png", await asyncio.to_thread(pictures.png, picture))


def _unless_known(picture: str, media_type: str, if_none_match: str | None) -> Response | None:
    """Return 304 to whoever has this picture already."""
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    headers = _headers(picture, media_type)
    return Response(None, status.HTTP_304_NOT_MODIFIED, headers) if known & {headers["ETag"], "*"} else None


def _answer(picture: str, media_type: str, body: bytes) -> Response:
    # an SVG opened by itself must neither run nor load anything
    guard = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(body, headers=_headers(picture, media_type) | guard, media_type=media_type)


def _headers(picture: str, media_type: str) -> dict[str, str]:
    digest = hashlib.sha256(media_type.encode() + picture.encode()).hexdigest()[:32]
    return {"ETag": f'"{digest}"', "Cache-Control": f"public, max-age={SECONDS}", "X-Content-Type-Options": "nosniff"}
