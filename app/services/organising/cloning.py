"""A new draft from a campaign that there is: its words, people and offices; not its dates, letters and counts."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import (
    Campaign,
    CampaignClone,
    CampaignCreate,
    CampaignForOrganisers,
    CampaignOffice,
    CampaignPrisoner,
)
from app.services import campaigns
from app.services.organising import editing

NOT_TAKEN_ALONG = {"slug", "opens_on", "closes_on", "instructions"}


async def clone(session: AsyncSession, campaign: Campaign, body: CampaignClone) -> CampaignForOrganisers:
    """Begin a draft with all that another campaign says, about the same people, to the same offices."""
    taken = set(CampaignCreate.model_fields) - NOT_TAKEN_ALONG
    values = campaign.model_dump(include=taken & set(Campaign.model_fields))
    values |= body.model_dump(exclude_none=True) | {"organisation_id": campaign.organisation_id}
    draft = Campaign.model_validate(values)
    await editing.insert(session, draft)
    for table in (CampaignPrisoner, CampaignOffice):
        for row in await session.exec(select(table).where(col(table.campaign_id) == campaign.id)):
            session.add(table.model_validate({**row.model_dump(), "campaign_id": draft.id}))
    await session.flush()
    return await campaigns.show_to_organisers(session, draft)
