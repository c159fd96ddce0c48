"""What organisers should look at."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.bodies import StrictRoute
from app.dependencies import AnalystDep, EditorDep, ReaderDep, SessionDep
from app.models.check import (
    AheadQuery,
    Anniversary,
    CheckQuery,
    OfficeToCheck,
    OfficeWithDeadAddress,
    PrisonerToCheck,
    Verified,
    VerifiedAnswer,
)
from app.pagination import Page, PageRequest
from app.services.lives import anniversaries
from app.services.organising import checks

router = APIRouter(prefix="/checks", tags=["checks"], route_class=StrictRoute)


@router.get("/prisoners")
async def list_prisoners_to_check(
    organiser: AnalystDep, session: ReaderDep, query: Annotated[CheckQuery, Query()]
) -> Page[PrisonerToCheck]:
    """List your prisoners whose facts nobody has checked for 90 days, or as many as you say."""
    return await checks.prisoners(session, organiser, query)


@router.get("/offices")
async def list_offices_to_check(
    organiser: AnalystDep, session: ReaderDep, query: Annotated[CheckQuery, Query()]
) -> Page[OfficeToCheck]:
    """List your offices, with their holders, that nobody has checked for 90 days, or as many as you say."""
    return await checks.offices(session, organiser, query)


@router.get("/addresses")
async def list_dead_addresses(
    organiser: AnalystDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[OfficeWithDeadAddress]:
    """List your offices with e-mail addresses that died, with the mail server's words and the address used instead."""
    return await checks.dead_addresses(session, organiser, query)


@router.get("/anniversaries")
async def list_anniversaries(
    organiser: AnalystDep, session: ReaderDep, query: Annotated[AheadQuery, Query()]
) -> Page[Anniversary]:
    """List birthdays, anniversaries of arrests and sentences, and round numbers of days in prison, the next first."""
    return await anniversaries.listed(session, organiser, query)


@router.post("/verified")
async def mark_as_verified(body: Verified, organiser: EditorDep, session: SessionDep) -> VerifiedAnswer:
    """Take down that you have checked prisoners and offices, as many as you like, today or on another day."""
    return await checks.verify(session, organiser, body)
