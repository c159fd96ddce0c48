"""The organisation itself, and what holds for all its campaigns."""

from fastapi import APIRouter

from app.bodies import StrictRoute
from app.dependencies import AnalystDep, OwnerDep, ReaderDep, SessionDep, SignedInDep
from app.models.organisation import OrganisationPublic, OrganisationUpdate
from app.services.team import organisations

router = APIRouter(prefix="/organisation", tags=["organisers"], route_class=StrictRoute)


@router.get("")
async def read_organisation(organiser: AnalystDep, session: ReaderDep) -> OrganisationPublic:
    """Show your organisation."""
    return await organisations.read(session, organiser)


@router.patch("")
async def update_organisation(
    body: OrganisationUpdate, owner: OwnerDep, _signed_in: SignedInDep, session: SessionDep
) -> OrganisationPublic:
    """Ask for a second person before texts leave in supporters' names, or no longer. It takes an owner's session."""
    return await organisations.update(session, owner, body)
