"""What supporters subscribed to, and the link that ends it. Who has that link can end the mails, and nothing else."""

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.submission import Submission
from app.models.text import in_language
from app.services import publicity
from app.services.sealing import UNSUBSCRIBE, Keys, unknown_link


async def find(session: AsyncSession, keys: Keys, token: str) -> Submission:
    """Return whose mails a link ends, or raise NotFound."""
    submission = await session.get(Submission, keys.submission_of(token, purpose=UNSUBSCRIBE))
    if submission is None or submission.erased_at is not None:
        raise unknown_link()
    return submission


async def title(session: AsyncSession, submission: Submission) -> str:
    """Return the title of the campaign that mails; its code where the title may name somebody who is public no more."""
    campaign = await session.get_one(Campaign, submission.campaign_id)
    hidden = await publicity.hidden(session, [campaign.id])
    return campaign.code if hidden else in_language(campaign.title, submission.language)


async def end(session: AsyncSession, keys: Keys, token: str) -> Submission:
    """Write to this person of this campaign no more. Again: nothing changes."""
    submission = await find(session, keys, token)
    same_person = col(Submission.digest) == submission.digest, col(Submission.campaign_id) == submission.campaign_id
    own = sa.or_(col(Submission.id) == submission.id, sa.and_(*same_person))
    await session.exec(sa.update(Submission).where(own).values(consent_contact=False))
    return submission
