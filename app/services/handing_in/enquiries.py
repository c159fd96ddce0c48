"""What one asks before writing: to whom, and what would stand there. Who asks at the same time shares one reading."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from app.database import Database
from app.models.offer import Offer, Preview
from app.models.official import Holder
from app.models.submission import SubmissionCreate
from app.services import campaigns, situations
from app.services.grouping import Groups
from app.services.handing_in import offers
from app.services.offices.holders import holders_of
from app.services.sealing import Keys
from app.services.situations import Situation


class _Seen(NamedTuple):
    """A campaign's situation, with who holds its offices."""

    situation: Situation
    holders: dict[uuid.UUID, Holder]


class Enquiries:
    """Answers from readings that began after the question came in."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._groups = Groups[str, _Seen](self._look)

    async def offer(self, slug: str, *, country: str, language: str) -> Offer:
        """To whom a supporter living in this country would write, or why to nobody."""
        return offers.offer(*await self._groups.add(slug), country=country, language=language)

    async def preview(self, slug: str, body: SubmissionCreate) -> Preview:
        """Compose the letters as they would go out. Stores nothing."""
        return offers.preview(*await self._groups.add(slug), self._keys, body)

    async def _look(self, slugs: Sequence[str]) -> list[_Seen | Exception]:
        async with self._database.looking() as session:
            found = await situations.read(session, set(slugs))
            offices = {office.id for there in found.values() for office in there.brief.offices}
            holders = await holders_of(session, list(offices))
        return [_Seen(found[slug], holders) if slug in found else campaigns.no_campaign() for slug in slugs]
