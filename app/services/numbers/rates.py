"""What became of the letters to each office: how many left, and how many came back."""

import uuid
from collections.abc import Iterable

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import LEFT, Stage
from app.models.numbers import OfficeNumbers, OfficesOfCampaign
from app.models.office import Office
from app.models.text import in_language
from app.services import tallied


async def read(session: AsyncSession, campaign: Campaign, *, language: str) -> OfficesOfCampaign:
    """Return the numbers of each office to which letters of a campaign were written, the most written to first."""
    found = await tallied.by_office(session, campaign.id)
    titles = await titles_of(session, found, language=language)
    items = [of_office(office_id, titles[office_id], stages) for office_id, stages in found.items()]
    return OfficesOfCampaign(
        campaign=campaign.slug, as_of=now(), items=sorted(items, key=lambda each: (-each.left, each.office))
    )


def of_office(office_id: uuid.UUID, title: str, stages: dict[Stage, int]) -> OfficeNumbers:
    """Return the numbers of one office. Letters by post do not come back here, so the rate leaves them out."""
    bounced = stages[Stage.BOUNCED]
    by_email = stages[Stage.SENT] + bounced
    return OfficeNumbers(
        office_id=office_id,
        office=title,
        left=bounced + sum(stages[stage] for stage in LEFT),
        bounced=bounced,
        bounced_rate=round(bounced / by_email, 4) if by_email else None,
    )


async def titles_of(session: AsyncSession, office_ids: Iterable[uuid.UUID], *, language: str) -> dict[uuid.UUID, str]:
    """Return the offices' titles, in this language where they have one."""
    found = await session.exec(select(Office.id, Office.title).where(col(Office.id).in_(list(office_ids))))
    return {office_id: in_language(title, language) for office_id, title in found}
