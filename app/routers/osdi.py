"""Campaigns and letters in the words of OSDI 1.x, as HAL JSON. Read-only."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse

from app.dependencies import ANYONE, UNKEPT, CredentialsDep, IdPath, ReaderDep, SettingsDep
from app.models.organisation import Organiser, Role
from app.models.osdi import CampaignPage, OutreachPage
from app.services.interfaces import osdi
from app.services.team import access


class HalResponse(JSONResponse):
    media_type = "application/hal+json"


router = APIRouter(prefix="/osdi", tags=["osdi"], default_response_class=HalResponse, dependencies=[ANYONE, UNKEPT])

Token = Annotated[str | None, Header(alias="OSDI-API-Token", description="An organiser's API key, as OSDI sends it.")]


def get_root(settings: SettingsDep) -> str:
    return f"{settings.base_url}/osdi"


async def get_osdi_organiser(session: ReaderDep, credentials: CredentialsDep, token: Token = None) -> Organiser:
    """Let in whoever belongs to an organisation, by the header of OSDI or by ours."""
    sent = token or (credentials.credentials if credentials else "")
    return (await access.by_token(session, sent)).require(Role.ANALYST)


RootDep = Annotated[str, Depends(get_root)]
OsdiOrganiserDep = Annotated[Organiser, Depends(get_osdi_organiser)]


@router.get("", response_model=None)
async def enter(root: RootDep) -> dict[str, Any]:
    """The entry point: follow its links."""
    return osdi.entry_point(root)


@router.get("/advocacy_campaigns", response_model=None)
async def list_advocacy_campaigns(
    session: ReaderDep, root: RootDep, page: Annotated[CampaignPage, Query()]
) -> dict[str, Any]:
    """Campaigns, newest first."""
    return await osdi.list_campaigns(session, root, page)


@router.get("/advocacy_campaigns/{campaign_id}", response_model=None)
async def read_advocacy_campaign(session: ReaderDep, root: RootDep, campaign_id: IdPath) -> dict[str, Any]:
    """One campaign."""
    return await osdi.read_campaign(session, root, campaign_id)


@router.get("/advocacy_campaigns/{campaign_id}/outreaches", response_model=None)
async def list_outreaches(
    session: ReaderDep,
    root: RootDep,
    organiser: OsdiOrganiserDep,
    campaign_id: IdPath,
    page: Annotated[OutreachPage, Query()],
) -> dict[str, Any]:
    """The letters of a campaign without their writers, to organisers of its organisation. Follow `next`."""
    return await osdi.list_outreaches(session, root, organiser, campaign_id, page)
