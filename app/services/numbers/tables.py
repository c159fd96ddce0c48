"""The numbers as a table, with the names of what was counted."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

from babel import Locale
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.prisoner import PUBLIC_CONSENT, Prisoner
from app.models.tally import Breakdown
from app.services.numbers import rates, stats
from app.showing import table

LANGUAGE = "en"  # a table's heads are English, and so are its names


async def csv(
    session: AsyncSession, campaign: Campaign, *, by: Sequence[Breakdown], since: date | None, until: date | None
) -> str:
    """Return the stats of a campaign as CSV."""
    found = await stats.read(session, campaign.slug, by=by, since=since, until=until)
    countries = found.by.get(Breakdown.COUNTRY, {})
    names = {code: str(Locale(LANGUAGE).territories.get(code, "")) for code in countries}
    offices = _ids(found.by.get(Breakdown.OFFICE, {}))
    prisoners = _ids(found.by.get(Breakdown.PRISONER, {}))
    titles = await rates.titles_of(session, offices, language=LANGUAGE)
    names |= {str(office_id): title for office_id, title in titles.items()}
    return table.of_stats(found, names | await _names(session, prisoners))


async def _names(session: AsyncSession, prisoner_ids: Sequence[uuid.UUID]) -> dict[str, str]:
    public = col(Prisoner.id).in_(prisoner_ids), col(Prisoner.consent).in_(PUBLIC_CONSENT)
    found = await session.exec(select(Prisoner.id, Prisoner.name).where(*public))
    return {str(prisoner_id): name for prisoner_id, name in found}


def _ids(values: Iterable[str]) -> list[uuid.UUID]:
    return [uuid.UUID(value) for value in values if value != "all"]
