"""Organisations sign a campaign: asked by its organisers, signing by the link in their mail, listed in public."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    NEVER_KEPT,
    CampaignDep,
    EditorDep,
    IdPath,
    KeysDep,
    LinkPath,
    OwnCampaignDep,
    ReaderDep,
    SessionDep,
    SlugPath,
)
from app.models.endorsement import (
    EndorsementAsked,
    EndorsementForOrganisers,
    EndorsementInvite,
    EndorsementPublic,
    EndorsementSign,
)
from app.pagination import Page, PageRequest
from app.services.endorsing import invitations, listing, signing

router = APIRouter(tags=["endorsements"], route_class=StrictRoute)


@router.get("/campaigns/{slug}/endorsements", dependencies=[ANYONE])
async def list_endorsements(
    campaign: CampaignDep, session: ReaderDep, query: Annotated[PageRequest, Query()]
) -> Page[EndorsementPublic]:
    """List the organisations that have signed, in the order of the alphabet of the campaign's first language.

    How many there are stands on the campaign, as `endorsements`.
    """
    return await listing.public(session, campaign, query)


@router.post("/campaigns/{slug}/endorsements", status_code=status.HTTP_201_CREATED)
async def invite_endorser(
    campaign: OwnCampaignDep, body: EndorsementInvite, session: SessionDep, keys: KeysDep
) -> EndorsementForOrganisers:
    """Ask an organisation to sign. A mail brings it a link, which is good for sixty days."""
    return await invitations.invite(session, keys, campaign, body)


@router.get("/campaigns/{slug}/endorsements/invitations")
async def list_invitations(
    slug: SlugPath,
    organiser: EditorDep,
    session: ReaderDep,
    keys: KeysDep,
    query: Annotated[PageRequest, Query()],
) -> Page[EndorsementForOrganisers]:
    """List all who were asked, in the same order, with addresses and where it stands."""
    return await listing.for_organisers(session, keys, organiser, slug, query)


@router.post("/campaigns/{slug}/endorsements/{endorsement_id}/invite")
async def invite_endorser_again(
    campaign: OwnCampaignDep, endorsement_id: IdPath, session: SessionDep, keys: KeysDep
) -> EndorsementForOrganisers:
    """Mail the link once more to somebody who has not signed yet, or not these demands."""
    return await invitations.invite_again(session, keys, campaign, endorsement_id)


@router.delete("/campaigns/{slug}/endorsements/{endorsement_id}", status_code=status.HTTP_204_NO_CONTENT)
async def take_endorser_off(campaign: OwnCampaignDep, endorsement_id: IdPath, session: SessionDep) -> None:
    """Take an invitation back, or an organisation off the list and off letters that have not left."""
    await invitations.take_off(session, campaign, endorsement_id)


@router.get("/endorsements/{token}", dependencies=[ANYONE, NEVER_KEPT])
async def read_endorsement(token: LinkPath, session: ReaderDep, keys: KeysDep) -> EndorsementAsked:
    """Show an organisation what it is asked to sign, and what stands of it."""
    return await signing.look(session, keys, token)


@router.post("/endorsements/{token}/sign", dependencies=[ANYONE])
async def sign_endorsement(
    token: LinkPath, body: EndorsementSign, session: SessionDep, keys: KeysDep
) -> EndorsementAsked:
    """Sign, with the organisation's name as it is to stand there, and who signs for it. It signs the same demands once.

    Send the `edition` of the demands that you have shown. When the demands change, the organisation is `asked_again`,
    and signs these in the same way. 409: it was used, or the demands are others by now. 410: it has run out, was taken
    back, or the campaign is closed.
    """
    return await signing.sign(session, keys, token, body)


@router.patch("/endorsements/{token}", dependencies=[ANYONE])
async def correct_endorsement(
    token: LinkPath, body: EndorsementSign, session: SessionDep, keys: KeysDep
) -> EndorsementAsked:
    """Correct what stands on the list, and under joint letters that have not left."""
    return await signing.correct(session, keys, token, body)


@router.post("/endorsements/{token}/withdraw", dependencies=[ANYONE])
async def withdraw_endorsement(token: LinkPath, session: SessionDep, keys: KeysDep) -> EndorsementAsked:
    """Withdraw at any time: off the public list, and off joint letters that have not left."""
    return await signing.withdraw(session, keys, token)
