"""The page behind a preview link: a campaign as it would be. It changes nothing, and nothing on it can be sent."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.dependencies import ANYONE, KeysDep, LinkPath, ReaderDep
from app.models.rehearsal import RehearsalQuery
from app.models.text import in_language
from app.routers.pages import page
from app.services.organising import preview_links

router = APIRouter(prefix="/preview/{token}", include_in_schema=False, dependencies=[ANYONE])


@router.get("")
async def show(
    token: LinkPath, session: ReaderDep, keys: KeysDep, query: Annotated[RehearsalQuery, Query()], language: str = ""
) -> HTMLResponse:
    """Show the campaign and sample letters, in one of its languages."""
    preview = await preview_links.look(session, keys, token, query.asked)
    campaign = preview.campaign
    chosen = language if language in campaign.languages else next(iter(campaign.languages), "en")
    return page(
        "preview.html",
        chosen,
        campaign=campaign,
        title=in_language(campaign.title, chosen),
        summary=in_language(campaign.summary, chosen),
        instructions=in_language(campaign.instructions, chosen),
        demands=campaign.demands.get(chosen, []),
        letters=preview.letters,
        complete=preview.complete,
    )
