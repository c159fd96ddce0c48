"""What a router may ask for. Each is a noun; who asks for a campaign gets a campaign, or the client a 404."""

import re
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import Settings
from app.database import Database
from app.errors import Forbidden, NotFound, Unauthorized
from app.models.campaign import Campaign
from app.models.figure import Figure
from app.models.letter import Letter
from app.models.office import Office
from app.models.organisation import Organiser, Role
from app.models.print_run import PrintRun
from app.models.prisoner import Prisoner
from app.models.text import SLUG
from app.services import campaigns, figures
from app.services.board import Board
from app.services.handing_in.confirming import Confirmations
from app.services.handing_in.enquiries import Enquiries
from app.services.handing_in.intake import Intake
from app.services.lives import prisoners
from app.services.offices import officials
from app.services.paper import print_runs
from app.services.queueing import moderation
from app.services.sealing import Keys
from app.services.team import access as accesses
from app.services.team import audit, organisers, throttle
from app.services.team.access import Access
from app.services.team.passwords import Passwords

bearer = HTTPBearer(auto_error=False, description="An organiser's session or API key.")

IdPath = Annotated[uuid.UUID, Path()]
TokenPath = Annotated[str, Path(description="From the link in the supporter's mail.")]
LinkPath = Annotated[str, Path(max_length=100, description="From the link in an organiser's mail.")]
IfMatch = Annotated[str | None, Header(description="The ETag that you read. 412 if somebody changed it since.")]
DryRun = Annotated[bool, Query(description="Only tell what this would do to campaigns and letters.")]
SHORTEST_KEY, LONGEST_KEY = 8, 200
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=SHORTEST_KEY,
        max_length=LONGEST_KEY,
        description="A fresh random key for each submission. The same key again gets the same answer.",
    ),
]


def known_form(slug: str) -> str:
    if not re.fullmatch(SLUG, slug, re.ASCII):
        raise NotFound("There is nothing at this address.")
    return slug


SlugPath = Annotated[str, Path(), AfterValidator(known_form)]


def of_the_app(name: str) -> object:
    """Ask for what lives as long as the app does, by its name in `app.state`."""

    async def found(request: Request) -> object:
        return getattr(request.app.state, name)

    return Depends(found)


async def get_network(request: Request) -> str:
    return throttle.network_of(request.client.host if request.client else "")


SettingsDep = Annotated[Settings, of_the_app("settings")]
DatabaseDep = Annotated[Database, of_the_app("database")]
KeysDep = Annotated[Keys, of_the_app("keys")]
PasswordsDep = Annotated[Passwords, of_the_app("passwords")]
NetworkDep = Annotated[str, Depends(get_network)]
IntakeDep = Annotated[Intake, of_the_app("intake")]
BoardDep = Annotated[Board, of_the_app("board")]
ConfirmationsDep = Annotated[Confirmations, of_the_app("confirmations")]
EnquiriesDep = Annotated[Enquiries, of_the_app("enquiries")]


async def get_reader(database: DatabaseDep) -> AsyncIterator[AsyncSession]:
    async with database.reading() as session:
        yield session


async def get_session(database: DatabaseDep, request: Request) -> AsyncIterator[AsyncSession]:
    async with database.transaction() as session:
        audit.on_behalf(session, lambda: getattr(request.state, "access", None))
        yield session


ReaderDep = Annotated[AsyncSession, Depends(get_reader, scope="function")]
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]  # it commits before the answer leaves

CredentialsDep = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def anyone() -> None:
    """Let everybody in."""


ANYONE = Depends(anyone)  # the policy of what is public


async def get_unkept(response: Response) -> None:
    response.headers["Cache-Control"] = "no-cache"


async def get_never_kept(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


NEVER_KEPT = Depends(get_never_kept)  # what is one person's own, or opens something: caches and disks get none of it
UNKEPT = Depends(get_unkept)  # what may name a prisoner: caches ask each time, for consent may be withdrawn


async def get_visitor_access(credentials: CredentialsDep, session: ReaderDep, request: Request) -> Access | None:
    if credentials is None:
        return None
    request.state.access = access = await accesses.by_token(session, credentials.credentials)
    return access


async def get_access(found: Annotated[Access | None, Depends(get_visitor_access)]) -> Access:
    if found is None:
        raise Unauthorized("This is for organisers. Sign in, and send `Authorization: Bearer <session or API key>`.")
    return found


AccessDep = Annotated[Access, Depends(get_access)]


async def get_visitor(access: Annotated[Access | None, Depends(get_visitor_access)]) -> Organiser | None:
    return access.organiser if access else None


async def get_analyst(access: AccessDep) -> Organiser:
    return access.require(Role.ANALYST)


async def get_editor(access: AccessDep) -> Organiser:
    return access.require(Role.EDITOR)


async def get_owner(access: AccessDep) -> Organiser:
    return access.require(Role.OWNER)


async def get_signed_in(access: AccessDep) -> Access:
    if access.session_id is None:
        raise Forbidden("This needs a session: sign in with your password. An API key opens no door to other keys.")
    return access


VisitorDep = Annotated[Organiser | None, Depends(get_visitor)]  # anybody; an organiser sees more of their own
AnalystDep = Annotated[Organiser, Depends(get_analyst)]  # whoever belongs to an organisation may look
EditorDep = Annotated[Organiser, Depends(get_editor)]  # who may change things
OwnerDep = Annotated[Organiser, Depends(get_owner)]
SignedInDep = Annotated[Access, Depends(get_signed_in)]  # with a password, whatever the role


async def get_campaign(slug: SlugPath, session: ReaderDep) -> Campaign:
    return await campaigns.public(session, slug)


async def get_own_campaign(slug: SlugPath, organiser: EditorDep, session: SessionDep) -> Campaign:
    return await campaigns.own(session, organiser, slug)


async def get_watched_campaign(slug: SlugPath, organiser: AnalystDep, session: ReaderDep) -> Campaign:
    return await campaigns.own(session, organiser, slug, lock=False)


async def get_own_prisoner(slug: SlugPath, organiser: EditorDep, session: SessionDep) -> Prisoner:
    return await prisoners.own(session, organiser, slug)


async def get_colleague(organiser_id: IdPath, owner: OwnerDep, session: SessionDep) -> Organiser:
    return await organisers.colleague(session, owner, organiser_id)


async def get_own_office(office_id: IdPath, organiser: EditorDep, session: SessionDep) -> Office:
    return await officials.own(session, organiser, office_id)


async def get_own_figure(figure_id: IdPath, organiser: EditorDep, session: SessionDep) -> Figure:
    return await figures.own(session, organiser, figure_id)


async def get_own_print_run(run_id: IdPath, organiser: EditorDep, session: SessionDep) -> PrintRun:
    return await print_runs.own(session, organiser, run_id)


async def get_watched_print_run(run_id: IdPath, organiser: AnalystDep, session: ReaderDep) -> PrintRun:
    return await print_runs.own(session, organiser, run_id, lock=False)


async def get_own_letter(letter_id: IdPath, organiser: EditorDep, session: SessionDep) -> Letter:
    return await moderation.own(session, organiser, letter_id)


CampaignDep = Annotated[Campaign, Depends(get_campaign)]
OwnCampaignDep = Annotated[Campaign, Depends(get_own_campaign)]
WatchedCampaignDep = Annotated[Campaign, Depends(get_watched_campaign)]
OwnLetterDep = Annotated[Letter, Depends(get_own_letter)]
OwnPrisonerDep = Annotated[Prisoner, Depends(get_own_prisoner)]
OwnOfficeDep = Annotated[Office, Depends(get_own_office)]
OwnFigureDep = Annotated[Figure, Depends(get_own_figure)]
OwnPrintRunDep = Annotated[PrintRun, Depends(get_own_print_run)]
WatchedPrintRunDep = Annotated[PrintRun, Depends(get_watched_print_run)]
ColleagueDep = Annotated[Organiser, Depends(get_colleague)]
