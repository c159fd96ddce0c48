"""Campaigns, and to whom one would write."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status

from app import answers, quick
from app.answers import IfNoneMatch
from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    UNKEPT,
    BoardDep,
    EditorDep,
    EnquiriesDep,
    IfMatch,
    OwnCampaignDep,
    ReaderDep,
    SessionDep,
    SignedInDep,
    SlugPath,
    VisitorDep,
    WatchedCampaignDep,
    known_form,
)
from app.models.campaign import (
    CampaignClone,
    CampaignClose,
    CampaignCreate,
    CampaignForOrganisers,
    CampaignPublic,
    CampaignQuery,
    CampaignUpdate,
)
from app.models.offer import Offer
from app.models.rehearsal import Rehearsal, RehearsalCreate
from app.models.review import ApprovalCreate, Review
from app.models.text import Country, Language
from app.pagination import Page
from app.services import campaigns
from app.services.organising import cloning, editing, publishing, rehearsal, reviewing

router = APIRouter(prefix="/campaigns", tags=["campaigns"], route_class=StrictRoute)

SECONDS = 0  # nothing that names a prisoner is kept unasked: consent may be withdrawn


@router.get("", dependencies=[UNKEPT])
async def list_campaigns(
    session: ReaderDep, visitor: VisitorDep, query: Annotated[CampaignQuery, Query()]
) -> Page[CampaignPublic]:
    """List campaigns, newest first: active, paused and closed ones; with an API key your own drafts too."""
    return await campaigns.listed(session, query, visitor=visitor)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_campaign(
    body: CampaignCreate, organiser: EditorDep, session: SessionDep, response: Response
) -> CampaignForOrganisers:
    """Begin a draft. Nobody sees it before it is published."""
    created = await editing.create(session, organiser, body)
    answers.with_etag(response, created.revision)
    return created


async def _read(request: Request) -> Response | None:
    if "authorization" in request.headers:
        return None
    shown = await request.app.state.board.campaign(known_form(request.path_params["slug"]))
    return answers.public(shown, request.headers.get("if-none-match"), seconds=SECONDS)


@router.get("/{slug}", response_model=CampaignForOrganisers | CampaignPublic)
@quick.by(_read)
async def read_campaign(
    slug: SlugPath,
    board: BoardDep,
    session: ReaderDep,
    visitor: VisitorDep,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> Response | CampaignPublic:
    """Show one campaign. With an API key of its organisation, also drafts and what only organisers see."""
    if visitor is None:
        return answers.public(await board.campaign(slug), if_none_match, seconds=SECONDS)
    answers.own(response)
    shown = await campaigns.read(session, slug, visitor)
    if isinstance(shown, CampaignForOrganisers):
        answers.with_etag(response, shown.revision)
    return shown


@router.patch("/{slug}")
async def update_campaign(
    campaign: OwnCampaignDep,
    body: CampaignUpdate,
    organiser: EditorDep,
    session: SessionDep,
    response: Response,
    if_match: IfMatch = None,
) -> CampaignForOrganisers:
    """Change what is sent. Letters follow the brief in force until you publish again."""
    updated = await editing.update(session, organiser, campaign, body, if_match=if_match)
    answers.with_etag(response, updated.revision)
    return updated


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_campaign(campaign: OwnCampaignDep, session: SessionDep) -> None:
    """Delete a draft that was never published."""
    await editing.delete(session, campaign)


@router.post("/{slug}/clone", status_code=status.HTTP_201_CREATED)
async def clone_campaign(
    campaign: OwnCampaignDep, body: CampaignClone, session: SessionDep, response: Response
) -> CampaignForOrganisers:
    """Begin a draft with the words, prisoners, offices and rules of this campaign: not its dates, letters or counts."""
    created = await cloning.clone(session, campaign, body)
    answers.with_etag(response, created.revision)
    return created


@router.post("/{slug}/rehearsal")
async def rehearse_campaign(campaign: OwnCampaignDep, body: RehearsalCreate, session: SessionDep) -> Rehearsal:
    """Try the campaign out as it stands, or with other texts: all faults, and letters of sample supporters.

    Nothing is stored. Every fault names its place and line, and the nearest name that is known; call it as you type.
    """
    return await rehearsal.rehearse(session, campaign, body)


@router.post("/{slug}/publish")
async def publish_campaign(campaign: OwnCampaignDep, session: SessionDep) -> CampaignForOrganisers:
    """Freeze the next brief and open the campaign. 422 lists everything that is missing, at once.

    `needs-review`: the organisation asks for a second person, who has not approved this yet (`GET …/review`).
    """
    return await publishing.publish(session, campaign)


@router.get("/{slug}/review")
async def read_review(campaign: WatchedCampaignDep, session: ReaderDep) -> Review:
    """Show what publishing would freeze now against the brief in force, who wrote it, and who approved it."""
    return await reviewing.look(session, campaign)


@router.post("/{slug}/approve")
async def approve_campaign(
    campaign: OwnCampaignDep,
    body: ApprovalCreate,
    organiser: EditorDep,
    _signed_in: SignedInDep,
    session: SessionDep,
) -> Review:
    """Approve what somebody else wrote, to the letter: whoever changes a word afterwards needs another approval.

    This takes a session; an API key cannot approve. Then anybody who may publish can publish it.
    """
    return await reviewing.approve(session, campaign, organiser, body)


@router.post("/{slug}/pause")
async def pause_campaign(campaign: OwnCampaignDep, session: SessionDep) -> CampaignForOrganisers:
    """Hold all letters that have not left, from this instant."""
    return await publishing.pause(session, campaign)


@router.post("/{slug}/resume")
async def resume_campaign(campaign: OwnCampaignDep, session: SessionDep) -> CampaignForOrganisers:
    """Let the held letters go on."""
    return await publishing.resume(session, campaign)


@router.post("/{slug}/close")
async def close_campaign(campaign: OwnCampaignDep, body: CampaignClose, session: SessionDep) -> CampaignForOrganisers:
    """End the campaign with its outcome. Letters that have not left are cancelled."""
    return await publishing.close(session, campaign, body)


@router.get("/{slug}/officials", dependencies=[ANYONE])
async def offices_for_supporter(
    slug: SlugPath,
    enquiries: EnquiriesDep,
    country: Annotated[Country, Query(description="Where the supporter lives.")],
    language: Annotated[Language, Query(description="The supporter's language.")] = "en",
) -> Offer:
    """To whom a supporter living there would write, by which channel and in which language; and if to nobody, why."""
    return await enquiries.offer(slug, country=country, language=language)
