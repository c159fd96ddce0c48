"""A second organiser reads what would be published, and approves it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.organisation import Organiser
from app.models.review import ApprovalCreate, Review
from app.services import publishing, reviewing


async def review(session: AsyncSession, campaign: Campaign) -> Review:
    """Return what waits to be published, and who stands behind it."""
    return await reviewing.look(session, campaign, await publishing.compiled(session, campaign))


async def approve(session: AsyncSession, campaign: Campaign, organiser: Organiser, body: ApprovalCreate) -> Review:
    """Approve what others wrote, as it would be published now."""
    await reviewing.approve(session, campaign, content := await publishing.compiled(session, campaign), organiser, body)
    return await reviewing.look(session, campaign, content)
