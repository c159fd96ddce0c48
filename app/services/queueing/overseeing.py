"""What an operator sees and does over all organisations: campaigns by their slugs alone."""

from datetime import date

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign, CampaignStatus
from app.models.letter import LEFT, Stage
from app.models.organisation import Organisation
from app.services import campaigns
from app.services.counting import tallied


class Overseen(SQLModel):
    """A campaign, as far as it concerns whoever runs the service."""

    campaign: str
    organisation: str
    status: CampaignStatus
    closes_on: date | None
    letters_sent: int
    queued: int
    held: int
    failed: int
    trouble: str | None


async def all_campaigns(session: AsyncSession) -> list[Overseen]:
    """Return all campaigns with what moves in them, the newest first."""
    which = select(Campaign, Organisation.slug).join(Organisation).order_by(col(Campaign.id).desc())
    found = (await session.exec(which)).all()
    stages = await tallied.by_campaign(session, [campaign.id for campaign, _ in found])
    return [_show(campaign, organisation, stages[campaign.id]) for campaign, organisation in found]


async def campaign(session: AsyncSession, slug: str, *, lock: bool = False) -> Campaign:
    """Return the campaign with this slug, whosever it is."""
    which = select(Campaign).where(Campaign.slug == slug)
    found = (await session.exec(which.with_for_update(key_share=True) if lock else which)).first()
    if found is None:
        raise campaigns.no_campaign()
    return found


def _show(campaign: Campaign, organisation: str, stages: dict[Stage, int]) -> Overseen:
    return Overseen(
        campaign=campaign.slug,
        organisation=organisation,
        status=campaign.status,
        closes_on=campaign.closes_on,
        letters_sent=sum(stages[stage] for stage in LEFT),
        queued=stages[Stage.QUEUED],
        held=stages[Stage.HELD],
        failed=stages[Stage.FAILED],
        trouble=campaign.trouble,
    )
