"""Organisations that signed are asked again when the demands change: a name stands under what it has signed only."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.account_link import AccountLink
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.endorsement import Endorsement, EndorsementStatus
from app.services import briefs
from app.services.endorsing import editions, invitations
from app.services.endorsing.editions import Demands

SIGNED = (EndorsementStatus.CONFIRMED, EndorsementStatus.ASKED_AGAIN)


async def demands_of(session: AsyncSession, campaign: Campaign) -> Demands:
    """Return what is signed: the demands in force, or a draft's."""
    return (await briefs.load(session, campaign.brief_id)).demands if campaign.brief_id else campaign.demands


async def follow(session: AsyncSession, campaign: Campaign, *, before: Demands, after: Demands) -> None:
    """Ask those who signed other demands than those that are now published; who signed these stands there again."""
    which = select(Endorsement).where(Endorsement.campaign_id == campaign.id, col(Endorsement.status).in_(SIGNED))
    for each in await session.exec(which.order_by(col(Endorsement.id)).with_for_update(key_share=True)):
        if editions.was_signed(each.signed, after):
            each.status = EndorsementStatus.CONFIRMED
        elif each.status is EndorsementStatus.CONFIRMED or not editions.same(before, after):
            each.status = EndorsementStatus.ASKED_AGAIN
            session.add(AccountLink(**invitations.mail(campaign.organisation_id, each.id, at=now())))
    await session.flush()


def sign(endorsement: Endorsement, demands: Demands) -> None:
    """Take down that an organisation has signed these demands, beside all that it signed before."""
    endorsement.status, endorsement.confirmed_at = EndorsementStatus.CONFIRMED, now()
    endorsement.signed = [*endorsement.signed, {language: list(each) for language, each in demands.items()}]
