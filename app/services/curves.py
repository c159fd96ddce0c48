"""What the pictures of a campaign show, read from the kept counts."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.columns import day_in, now
from app.models.text import in_language
from app.services import tallied
from app.showing import words
from app.showing.pictures import Seen


async def read(session: AsyncSession, campaign: Campaign, *, language: str) -> Seen:
    """Return what is to be seen in this language today. A closed campaign's last day is its closing day."""
    language = words.known(language)
    supporters, countries = await tallied.people(session, campaign.id)
    return Seen(
        title=in_language(campaign.title, language),
        language=language,
        today=day_in(campaign.timezone, campaign.closed_at or now()),
        days=tuple(await tallied.sent_by_day(session, campaign.id)),
        goal=campaign.goal,
        supporters=supporters,
        countries=countries,
    )
