"""Organisations asked to sign a campaign, one by one. The mail's link is theirs: by using it, they sign."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, NotFound
from app.models.account_link import AccountLink, Purpose
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now, uuid7
from app.models.endorsement import (
    MOST,
    Endorsement,
    EndorsementForOrganisers,
    EndorsementInvite,
    EndorsementStatus,
)
from app.rows.asking import rows
from app.services.sealing import Keys
from app.services.team import throttle

TIME_TO_SIGN = timedelta(days=60)
UNANSWERED = (EndorsementStatus.INVITED, EndorsementStatus.ASKED_AGAIN)
ALREADY = "This organisation has been asked, or has signed, already."


async def invite(
    session: AsyncSession, keys: Keys, campaign: Campaign, body: EndorsementInvite
) -> EndorsementForOrganisers:
    """Ask one organisation by mail."""
    _require_open(campaign)
    if await _asked(session, campaign) >= MOST:
        raise Conflict(f"A campaign asks {MOST} organisations at most.")
    endorsement = Endorsement(**asked(keys, campaign.id, body, at=now()))
    session.add(endorsement)
    await flush(session)
    session.add(AccountLink(**mail(campaign.organisation_id, endorsement.id, at=now())))
    await session.flush()
    return show(keys, endorsement)


async def invite_again(
    session: AsyncSession, keys: Keys, campaign: Campaign, endorsement_id: uuid.UUID
) -> EndorsementForOrganisers:
    """Mail the link once more to who has not answered: an invitation is good for another sixty days."""
    _require_open(campaign)
    endorsement = await own(session, campaign, endorsement_id)
    if endorsement.status not in UNANSWERED or endorsement.sealed_email is None:
        raise Conflict(f"The endorsement is {endorsement.status.value}: there is nothing to ask for.")
    organisation_id, at = campaign.organisation_id, now()
    await throttle.count(session, keys, b"endorse", endorsement.id.bytes, most=1, at=at)
    endorsement.expires_at = at + TIME_TO_SIGN
    session.add(AccountLink(**mail(organisation_id, endorsement.id, at=at)))
    await session.flush()
    return show(keys, endorsement)


async def take_off(session: AsyncSession, campaign: Campaign, endorsement_id: uuid.UUID) -> None:
    """Take an invitation back, or an organisation off the list."""
    await withdraw(session, await own(session, campaign, endorsement_id))


async def withdraw(session: AsyncSession, endorsement: Endorsement) -> None:
    """End an endorsement; letters that have not left are signed without it. Its mail is sent no more."""
    if endorsement.status is EndorsementStatus.WITHDRAWN:
        raise Conflict("The endorsement is withdrawn already.")
    endorsement.status, endorsement.withdrawn_at = EndorsementStatus.WITHDRAWN, now()
    await session.flush()
    waiting = sa.update(AccountLink).where(col(AccountLink.endorsement_id) == endorsement.id)
    await session.exec(waiting.values(due_at=None))


async def own(session: AsyncSession, campaign: Campaign, endorsement_id: uuid.UUID) -> Endorsement:
    which = select(Endorsement).where(Endorsement.id == endorsement_id, Endorsement.campaign_id == campaign.id)
    found = (await session.exec(which.with_for_update(key_share=True))).first()
    if found is None:
        raise NotFound("There is no endorsement with this id.")
    return found


def asked(keys: Keys, campaign_id: uuid.UUID, body: EndorsementInvite, *, at: datetime) -> dict[str, Any]:
    """Return the row of a new invitation."""
    id_ = uuid7()
    return {
        **body.model_dump(include=set(Endorsement.model_fields)),
        "id": id_,
        "campaign_id": campaign_id,
        "folded": folded(body.name),
        "sealed_email": keys.seal(body.email.encode(), about=id_),
        "created_at": at,
        "expires_at": at + TIME_TO_SIGN,
    }


def mail(organisation_id: uuid.UUID, endorsement_id: uuid.UUID, *, at: datetime) -> dict[str, Any]:
    """Return the row by which a mail to an organisation leaves: to the address that the endorsement has by then."""
    return {
        "id": uuid7(),
        "purpose": Purpose.ENDORSE,
        "digest": b"",
        "sealed_email": b"",
        "organisation_id": organisation_id,
        "endorsement_id": endorsement_id,
        "created_at": at,
        "expires_at": at + TIME_TO_SIGN,
        "due_at": at,
    }


def folded(name: str) -> str:
    """Return by what a name is found again, however it is written."""
    return " ".join(name.casefold().split())


async def flush(session: AsyncSession) -> None:
    """Write, and let the database say whether a name or an external id stands there already."""
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict(ALREADY) from None


def show(keys: Keys, endorsement: Endorsement) -> EndorsementForOrganisers:
    sealed = endorsement.sealed_email
    email = keys.open(sealed, about=endorsement.id).decode() if sealed else None
    return EndorsementForOrganisers.model_validate({**endorsement.model_dump(), "email": email})


async def _asked(session: AsyncSession, campaign: Campaign) -> int:
    live = col(Endorsement.campaign_id) == campaign.id, col(Endorsement.status) != EndorsementStatus.WITHDRAWN
    return int((await rows(session, sa.select(sa.func.count()).select_from(Endorsement).where(*live)))[0][0])


def _require_open(campaign: Campaign) -> None:
    if campaign.status is CampaignStatus.CLOSED:
        raise Conflict("The campaign is closed: nobody is asked to sign it any more.")
