"""What an organisation does behind its link: look, sign, correct what stands there, withdraw."""

import uuid

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, Gone
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.endorsement import Endorsement, EndorsementAsked, EndorsementSign, EndorsementStatus
from app.models.letter import Reason
from app.models.organisation import Organisation
from app.services import gates, publicity
from app.services.endorsing import agreeing, editions, invitations
from app.services.sealing import ENDORSE, Keys, unknown_link


async def look(session: AsyncSession, keys: Keys, token: str) -> EndorsementAsked:
    """Show what an organisation is asked to sign, and what stands of it."""
    return await _asked(session, await _behind(session, keys, token))


async def asked_by(
    session: AsyncSession, keys: Keys, endorsement_id: uuid.UUID | None
) -> tuple[EndorsementAsked, str] | None:
    """Return what a mail asks an organisation to sign, and its address; None where it must not be told."""
    endorsement = await session.get(Endorsement, endorsement_id) if endorsement_id else None
    if endorsement is None or endorsement.sealed_email is None:
        return None
    if not await publicity.may_be_shown(session, await session.get_one(Campaign, endorsement.campaign_id)):
        return None
    return await _asked(session, endorsement), keys.open(endorsement.sealed_email, about=endorsement.id).decode()


async def sign(session: AsyncSession, keys: Keys, token: str, body: EndorsementSign) -> EndorsementAsked:
    """Sign the campaign, with the name as it is to stand there. A link signs the same demands once."""
    campaign_id = (await _behind(session, keys, token)).campaign_id
    campaign = await session.get_one(Campaign, campaign_id, with_for_update={"key_share": True})  # as publishing does
    endorsement = await _behind(session, keys, token, lock=True)
    _require_unanswered(endorsement)
    if campaign.status is CampaignStatus.CLOSED:
        raise Gone("The campaign is closed. Thank you: nobody needs to sign it any more.")
    if not await publicity.may_be_shown(session, campaign):
        raise gates.refuse(Reason.NO_CONSENT)
    demands = await agreeing.demands_of(session, campaign)
    if body.edition not in {None, editions.edition(demands)}:
        raise Conflict("The demands have changed since you read them. Please read them again, and sign then.")
    agreeing.sign(endorsement, demands)
    return await _correct(session, endorsement, body)


async def correct(session: AsyncSession, keys: Keys, token: str, body: EndorsementSign) -> EndorsementAsked:
    """Change what stands on the list, and under joint letters that have not left."""
    endorsement = await _behind(session, keys, token, lock=True)
    if endorsement.status not in agreeing.SIGNED:
        raise Conflict("Your organisation has not signed: there is nothing to correct.")
    return await _correct(session, endorsement, body)


async def withdraw(session: AsyncSession, keys: Keys, token: str) -> EndorsementAsked:
    """Take the signature, or the wish for it, back, at any time."""
    endorsement = await _behind(session, keys, token, lock=True)
    await invitations.withdraw(session, endorsement)
    return await _asked(session, endorsement)


async def _correct(session: AsyncSession, endorsement: Endorsement, body: EndorsementSign) -> EndorsementAsked:
    sent = body.model_dump(exclude_unset=True, exclude={"edition"})
    if sent.get("name", endorsement.name) is None:
        sent.pop("name")
    endorsement.sqlmodel_update(sent)
    endorsement.folded = invitations.folded(endorsement.name)
    await invitations.flush(session)
    return await _asked(session, endorsement)


async def _behind(session: AsyncSession, keys: Keys, token: str, *, lock: bool = False) -> Endorsement:
    which = select(Endorsement).where(Endorsement.id == keys.submission_of(token, purpose=ENDORSE))
    locked = which.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = (await session.exec(locked if lock else which)).first()
    if found is None:
        raise unknown_link()
    return found


def _require_unanswered(endorsement: Endorsement) -> None:
    if endorsement.status is EndorsementStatus.CONFIRMED:
        raise Conflict("This link was used: your organisation has signed. You can still correct or withdraw that.")
    if endorsement.status is EndorsementStatus.WITHDRAWN:
        raise Gone("This was withdrawn. Ask whoever runs the campaign for another link.")
    if endorsement.status is EndorsementStatus.INVITED and endorsement.expires_at < now():
        raise Gone("This link has run out. Ask whoever runs the campaign for another one.")


async def _asked(session: AsyncSession, endorsement: Endorsement) -> EndorsementAsked:
    campaign = await session.get_one(Campaign, endorsement.campaign_id)
    organisation = await session.get_one(Organisation, campaign.organisation_id)
    shown = await publicity.may_be_shown(session, campaign)
    demands = await agreeing.demands_of(session, campaign) if shown else {}
    own = {
        "campaign": campaign.slug,
        "organisation": organisation.name,
        "closed": campaign.status is CampaignStatus.CLOSED or not shown,
        "language": endorsement.language or next(iter(demands), "en"),
        "demands": demands,
        "edition": editions.edition(demands),
    }
    said = campaign.model_dump(include={"code", "title", "summary"})
    unsaid = {} if shown else {"campaign": campaign.code, "title": {"en": campaign.code}, "summary": {}, "signed": []}
    return EndorsementAsked.model_validate({**endorsement.model_dump(), **said, **own, **unsaid})
