"""Offices with the officials who hold them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app import answers
from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    EditorDep,
    IdPath,
    IfMatch,
    OwnOfficeDep,
    ReaderDep,
    SessionDep,
    VisitorDep,
)
from app.models.office import OfficeCreate, OfficeForOrganisers, OfficePublic, OfficeQuery, OfficeUpdate
from app.models.official import HolderPublic, HolderUpdate
from app.pagination import Page, PageRequest
from app.services.offices import holders, officials

router = APIRouter(prefix="/officials", tags=["officials"], route_class=StrictRoute)


@router.get("", dependencies=[ANYONE])
async def list_officials(session: ReaderDep, query: Annotated[OfficeQuery, Query()]) -> Page[OfficePublic]:
    """List offices with their present holders, newest first."""
    return await officials.listed(session, query)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_office(
    body: OfficeCreate, organiser: EditorDep, session: SessionDep, response: Response
) -> OfficeForOrganisers:
    """Add an office, with its accreditations and its present holder."""
    created = await officials.create(session, organiser, body)
    answers.with_etag(response, created.revision)
    return created


@router.get("/{office_id}", response_model=OfficeForOrganisers | OfficePublic)
async def read_office(office_id: IdPath, session: ReaderDep, visitor: VisitorDep, response: Response) -> OfficePublic:
    """Show one office with its present holder; to organisers also how it is reached."""
    shown = await officials.read(session, office_id, visitor)
    if isinstance(shown, OfficeForOrganisers):
        answers.with_etag(response, shown.revision)
    return shown


@router.patch("/{office_id}")
async def update_office(
    office: OwnOfficeDep, body: OfficeUpdate, session: SessionDep, response: Response, if_match: IfMatch = None
) -> OfficeForOrganisers:
    """Change what is sent. Letters not yet sent greet a new holder, and go to a new address."""
    updated = await officials.update(session, office, body, if_match=if_match)
    answers.with_etag(response, updated.revision)
    return updated


@router.get("/{office_id}/holders", dependencies=[ANYONE])
async def list_holders(
    office_id: IdPath, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[HolderPublic]:
    """List who held an office, holds it and will hold it, the newest first."""
    return query.page(await officials.held_by(session, office_id))


@router.patch("/{office_id}/holders/{holder_id}")
async def update_holder(
    office: OwnOfficeDep, holder_id: IdPath, body: HolderUpdate, session: SessionDep
) -> HolderPublic:
    """Put a holder's name or days right. To let another one follow, change the office's `holder`."""
    return await holders.update(session, office, holder_id, body)


@router.delete("/{office_id}/holders/{holder_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_holder(office: OwnOfficeDep, holder_id: IdPath, session: SessionDep) -> None:
    """Take a holder out who never held the office. The one before stays ended: set their `until` to null."""
    await holders.remove(session, office, holder_id)


@router.delete("/{office_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_office(office: OwnOfficeDep, session: SessionDep) -> None:
    """Delete an office that no campaign and no letter names."""
    await officials.delete(session, office)
