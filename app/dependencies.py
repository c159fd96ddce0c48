"""What a router may ask for. Each is a noun; who asks for a campaign gets a campaign, or the client a 404."""

import re
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Path, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import Settings
from app.database import Database
from app.errors import NotFound, Unauthorized
from app.models.campaign import Campaign
from app.models.letter import Letter
from app.models.office import Office
from app.models.organisation import Organiser
from app.models.print_run import PrintRun
from app.models.prisoner import Prisoner
from app.models.text import SLUG
from app.services import campaigns, moderation, officials, organisers, print_runs, prisoners, revisions
from app.services.board import Board
from app.services.confirming import Confirmations
from app.services.enquiries import Enquiries
from app.services.intake import Intake
from app.services.sealing import Keys

bearer = HTTPBearer(auto_error=False, description="An organiser's API key, from `unsilenced organiser create`.")

IdPath = Annotated[uuid.UUID, Path()]
TokenPath = Annotated[str, Path(description="From the link in the supporter's mail.")]
IfMatch = Annotated[str | None, Header(description="The ETag that you read. 412 if somebody changed it since.")]
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


async def get_settings(request: Request) -> Settings:
    return request.app.state.settings  # type: ignore[no-any-return] # state is untyped


async def get_database(request: Request) -> Database:
    return request.app.state.database  # type: ignore[no-any-return] # state is untyped


async def get_keys(request: Request) -> Keys:
    return request.app.state.keys  # type: ignore[no-any-return] # state is untyped


async def get_intake(request: Request) -> Intake:
    return request.app.state.intake  # type: ignore[no-any-return] # state is untyped


async def get_board(request: Request) -> Board:
    return request.app.state.board  # type: ignore[no-any-return] # state is untyped


async def get_confirmations(request: Request) -> Confirmations:
    return request.app.state.confirmations  # type: ignore[no-any-return] # state is untyped


async def get_enquiries(request: Request) -> Enquiries:
    return request.app.state.enquiries  # type: ignore[no-any-return] # state is untyped


SettingsDep = Annotated[Settings, Depends(get_settings)]
DatabaseDep = Annotated[Database, Depends(get_database)]
KeysDep = Annotated[Keys, Depends(get_keys)]
IntakeDep = Annotated[Intake, Depends(get_intake)]
BoardDep = Annotated[Board, Depends(get_board)]
ConfirmationsDep = Annotated[Confirmations, Depends(get_confirmations)]
EnquiriesDep = Annotated[Enquiries, Depends(get_enquiries)]


async def get_reader(database: DatabaseDep) -> AsyncIterator[AsyncSession]:
    async with database.reading() as session:
        yield session


async def get_session(database: DatabaseDep) -> AsyncIterator[AsyncSession]:
    async with database.transaction() as session:
        yield session


ReaderDep = Annotated[AsyncSession, Depends(get_reader, scope="function")]
SessionDep = Annotated[
    AsyncSession, Depends(get_session, scope="function")
]  # function: commits before the answer leaves

CredentialsDep = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def get_organiser(credentials: CredentialsDep, session: ReaderDep) -> Organiser:
    if credentials is None:
        raise Unauthorized("This is for organisers. Send `Authorization: Bearer <your API key>`.")
    return await organisers.by_key(session, credentials.credentials)


OrganiserDep = Annotated[Organiser, Depends(get_organiser)]


async def get_visitor(credentials: CredentialsDep, database: DatabaseDep) -> Organiser | None:
    if credentials is None:
        return None
    async with database.reading() as session:
        return await organisers.by_key(session, credentials.credentials)


VisitorDep = Annotated[Organiser | None, Depends(get_visitor)]


async def get_campaign(slug: SlugPath, session: ReaderDep) -> Campaign:
    return await campaigns.public(session, slug)


async def get_own_campaign(slug: SlugPath, organiser: OrganiserDep, session: SessionDep) -> Campaign:
    return await campaigns.own(session, organiser, slug)


async def get_watched_campaign(slug: SlugPath, organiser: OrganiserDep, session: ReaderDep) -> Campaign:
    return await campaigns.own(session, organiser, slug, lock=False)


async def get_own_prisoner(slug: SlugPath, organiser: OrganiserDep, session: SessionDep) -> Prisoner:
    return await prisoners.own(session, organiser, slug)


async def get_own_office(office_id: IdPath, organiser: OrganiserDep, session: SessionDep) -> Office:
    return await officials.own(session, organiser, office_id)


async def get_own_print_run(run_id: IdPath, organiser: OrganiserDep, session: SessionDep) -> PrintRun:
    return await print_runs.own(session, organiser, run_id)


async def get_own_letter(letter_id: IdPath, organiser: OrganiserDep, session: SessionDep) -> Letter:
    return await moderation.own(session, organiser, letter_id)


CampaignDep = Annotated[Campaign, Depends(get_campaign)]
OwnCampaignDep = Annotated[Campaign, Depends(get_own_campaign)]
WatchedCampaignDep = Annotated[Campaign, Depends(get_watched_campaign)]
OwnLetterDep = Annotated[Letter, Depends(get_own_letter)]
OwnPrisonerDep = Annotated[Prisoner, Depends(get_own_prisoner)]
OwnOfficeDep = Annotated[Office, Depends(get_own_office)]
OwnPrintRunDep = Annotated[PrintRun, Depends(get_own_print_run)]


def with_etag(response: Response, revision: int) -> None:
    """Name the revision that an answer shows to an organiser."""
    response.headers["ETag"] = revisions.etag(revision)
