"""Prisoners."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status

from app import answers, quick
from app.answers import IfNoneMatch
from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    UNKEPT,
    BoardDep,
    DryRun,
    EditorDep,
    IfMatch,
    OwnPrisonerDep,
    ReaderDep,
    SessionDep,
    SlugPath,
    VisitorDep,
    known_form,
)
from app.models.consequences import Consequences, PrisonerChanged
from app.models.prisoner import (
    PrisonerCreate,
    PrisonerForOrganisers,
    PrisonerPublic,
    PrisonerQuery,
    PrisonerUpdate,
)
from app.pagination import Page
from app.services.lives import prisoners

router = APIRouter(prefix="/prisoners", tags=["prisoners"], route_class=StrictRoute)

SECONDS = 0  # nothing that names a prisoner is kept unasked: consent may be withdrawn


@router.get("", dependencies=[ANYONE, UNKEPT])
async def list_prisoners(session: ReaderDep, query: Annotated[PrisonerQuery, Query()]) -> Page[PrisonerPublic]:
    """List prisoners who may be written about in public, newest first."""
    return await prisoners.listed(session, query)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_prisoner(
    body: PrisonerCreate, organiser: EditorDep, session: SessionDep, response: Response
) -> PrisonerForOrganisers:
    """Add a prisoner. Without consent to publicity, only your organisation sees them."""
    created = await prisoners.create(session, organiser, body)
    answers.with_etag(response, created.revision)
    return created


async def _read(request: Request) -> Response | None:
    if "authorization" in request.headers:
        return None
    shown = await request.app.state.board.prisoner(known_form(request.path_params["slug"]))
    return answers.public(shown, request.headers.get("if-none-match"), seconds=SECONDS)


@router.get("/{slug}", response_model=PrisonerForOrganisers | PrisonerPublic)
@quick.by(_read)
async def read_prisoner(
    slug: SlugPath,
    board: BoardDep,
    session: ReaderDep,
    visitor: VisitorDep,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> Response | PrisonerPublic:
    """Show one prisoner; to their own organisation also what is not public."""
    if visitor is None:
        return answers.public(await board.prisoner(slug), if_none_match, seconds=SECONDS)
    answers.own(response)
    shown = await prisoners.read(session, slug, visitor)
    if isinstance(shown, PrisonerForOrganisers):
        answers.with_etag(response, shown.revision)
    return shown


@router.patch("/{slug}")
async def update_prisoner(
    prisoner: OwnPrisonerDep,
    body: PrisonerUpdate,
    session: SessionDep,
    response: Response,
    if_match: IfMatch = None,
    *,
    dry_run: DryRun = False,
) -> PrisonerChanged | Consequences:
    """Change what is sent. A release, a death or a withdrawn consent stops letters at once, also queued ones.

    Withdrawn consent takes the person off everything public with this answer, and the campaigns about them too.
    `campaigns` tells what became of each, and where its words still name the person: mend these.
    """
    if dry_run:
        return await prisoners.foretell(session, prisoner, body)
    updated = await prisoners.update(session, prisoner, body, if_match=if_match)
    answers.with_etag(response, updated.revision)
    return updated


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_prisoner(prisoner: OwnPrisonerDep, session: SessionDep) -> None:
    """Delete a prisoner about whom there is no campaign."""
    await prisoners.delete(session, prisoner)
