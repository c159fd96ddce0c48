"""What happens to prisoners."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.bodies import StrictRoute
from app.dependencies import UNKEPT, DryRun, IdPath, OwnPrisonerDep, ReaderDep, SessionDep, SlugPath, VisitorDep
from app.models.consequences import Consequences, PrisonerChanged
from app.models.prisoner_event import EventCreate, EventPublic, EventUpdate
from app.pagination import Page, PageRequest
from app.services.lives import events

router = APIRouter(prefix="/prisoners/{slug}/events", tags=["prisoners"], route_class=StrictRoute)


@router.get("", dependencies=[UNKEPT])
async def list_events(
    slug: SlugPath, session: ReaderDep, visitor: VisitorDep, query: Annotated[PageRequest, Query()]
) -> Page[EventPublic]:
    """List what happened to a prisoner, the newest first."""
    return await events.listed(session, slug, visitor, query)


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_event(
    prisoner: OwnPrisonerDep, body: EventCreate, session: SessionDep, response: Response, *, dry_run: DryRun = False
) -> PrisonerChanged | Consequences:
    """Take down what happened. The newest event that has a status sets the prisoner's.

    With `dry_run` the answer tells what it would do: which campaigns are paused, get a new brief or stop, how many
    letters and notices that is, and the new status. Show this before you let anybody save.
    """
    if dry_run:
        response.status_code = status.HTTP_200_OK
        return await events.foretell(session, prisoner, body)
    return await events.add(session, prisoner, body)


@router.patch("/{event_id}")
async def correct_event(
    prisoner: OwnPrisonerDep, event_id: IdPath, body: EventUpdate, session: SessionDep, *, dry_run: DryRun = False
) -> Consequences:
    """Put an event right. `cannot_undo` tells what it has already done; with `dry_run` nothing is saved."""
    return await events.correct(session, prisoner, event_id, body, dry_run=dry_run)


@router.delete("/{event_id}")
async def remove_event(
    prisoner: OwnPrisonerDep, event_id: IdPath, session: SessionDep, *, dry_run: DryRun = False
) -> Consequences:
    """Take an event back that never happened. The status is again what the others say, or what you said by hand."""
    return await events.remove(session, prisoner, event_id, dry_run=dry_run)
