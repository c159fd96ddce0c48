"""What the pictures of a campaign show, read from the kept counts once a minute."""

import time
import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.columns import day_in, now
from app.models.text import in_language
from app.services.counting import tallied
from app.showing import words
from app.showing.pictures import Seen

SECONDS = 60.0  # for which a picture stays as it is: painting takes long, and holds up all else
MOST = 1_000  # pictures that are remembered


class Gallery:
    """What was seen within the last minute. An organiser's change is seen at once: it has another revision."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._hung: dict[tuple[uuid.UUID, int, str], tuple[float, Seen]] = {}

    async def look(self, session: AsyncSession, campaign: Campaign, *, language: str) -> Seen:
        """Return what is to be seen of a campaign in this language."""
        key = campaign.id, campaign.revision, words.known(language)
        since, seen = self._hung.get(key, (None, None))
        if seen is not None and since is not None and time.monotonic() < since + self._seconds:
            return seen
        if len(self._hung) >= MOST:
            self._hung.clear()
        seen = await read(session, campaign, language=words.known(language))
        self._hung[key] = time.monotonic(), seen
        return seen


async def read(session: AsyncSession, campaign: Campaign, *, language: str) -> Seen:
    """Return what is to be seen today. A closed campaign's last day is its closing day."""
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
