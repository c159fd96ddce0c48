"""Organisers of one's own organisation, and invitations to it."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    ColleagueDep,
    DatabaseDep,
    IdPath,
    KeysDep,
    LinkPath,
    OwnerDep,
    PasswordsDep,
    ReaderDep,
    SessionDep,
)
from app.models.account import Joining
from app.models.account_link import InvitationCreate, InvitationPublic
from app.models.organisation import OrganiserPublic, OrganiserUpdate
from app.pagination import Page, PageRequest
from app.services.team import account_links, organisers

router = APIRouter(prefix="/organisers", tags=["organisers"], route_class=StrictRoute)


@router.get("")
async def list_organisers(
    owner: OwnerDep, session: ReaderDep, keys: KeysDep, query: Annotated[PageRequest, Query()]
) -> Page[OrganiserPublic]:
    """List the organisers of your organisation, also those who are disabled."""
    return query.page(await organisers.listed(session, keys, owner.organisation_id))


@router.post("", status_code=status.HTTP_202_ACCEPTED)
async def invite_organiser(
    body: InvitationCreate, owner: OwnerDep, session: SessionDep, keys: KeysDep
) -> InvitationPublic:
    """Invite somebody. They get a mail with a link, good once and for seven days."""
    return await account_links.invite(session, keys, owner, body)


@router.get("/invitations")
async def list_invitations(
    owner: OwnerDep, session: ReaderDep, keys: KeysDep, query: Annotated[PageRequest, Query()]
) -> Page[InvitationPublic]:
    """List the invitations that nobody has used yet."""
    return query.page(await account_links.invitations(session, keys, owner))


@router.delete("/invitations/{invitation_id}", status_code=status.HTTP_204_NO_CONTENT)
async def take_back_invitation(invitation_id: IdPath, owner: OwnerDep, session: SessionDep) -> None:
    """End an invitation that nobody has used."""
    await account_links.take_back(session, owner, invitation_id)


@router.post("/invitations/{token}", status_code=status.HTTP_201_CREATED, dependencies=[ANYONE])
async def join(
    token: LinkPath, body: Joining, database: DatabaseDep, keys: KeysDep, passwords: PasswordsDep
) -> OrganiserPublic:
    """Accept an invitation with the token of its link. Then sign in."""
    return await account_links.join(database, keys, passwords, token, body)


@router.patch("/{organiser_id}")
async def update_organiser(
    organiser: ColleagueDep, body: OrganiserUpdate, session: SessionDep, keys: KeysDep
) -> OrganiserPublic:
    """Change a name or a role. A new role holds from the next request, for sessions and API keys alike."""
    return await organisers.update(session, keys, organiser, body)


@router.delete("/{organiser_id}", status_code=status.HTTP_204_NO_CONTENT)
async def disable_organiser(organiser: ColleagueDep, session: SessionDep) -> None:
    """End an organiser's access at once, with all sessions and API keys. What they did stays in the audit."""
    await organisers.disable(session, organiser)
