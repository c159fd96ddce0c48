"""Campaigns, offices and prisoners: a column for each field and language in use. An import takes the last two back."""

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from pydantic import BaseModel
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign, CampaignBase, CampaignPrisoner, CampaignStatus, Outcome
from app.models.office import Accreditation, Office, OfficeCreate
from app.models.official import OfficialCreate
from app.models.prisoner import Prisoner, PrisonerCreate
from app.models.text import Proses, Slug
from app.rows.asking import mappings, table_of
from app.services.offices.holders import holders_of
from app.sheets import fields
from app.sheets.flat import flat

AT_ONCE = 500  # rows of one query
KEYS = frozenset({"id", "external_id", "slug"})  # stand first

Values = Mapping[str, Any]


class _Things:
    """All things of one table that belong to an organisation, a page at a time."""

    table: ClassVar[type[SQLModel]]
    shown: ClassVar[type[BaseModel]]

    def __init__(self, session: AsyncSession, organisation_id: uuid.UUID) -> None:
        self._session = session
        self._organisation_id = organisation_id

    async def header(self) -> list[str]:
        """Return the columns in use, in the model's order: everything is read once for it."""
        used: set[str] = set()
        async for row in self.rows():
            used.update(row)
        order = list(fields.of(self.shown))
        return sorted(used, key=lambda name: (name not in KEYS, order.index(name.split(".")[0]), name)) or order

    async def rows(self) -> AsyncIterator[dict[str, str]]:
        columns = table_of(self.table).c
        which = sa.select(table_of(self.table)).where(columns.organisation_id == self._organisation_id)
        last: uuid.UUID | None = None
        while page := await mappings(
            self._session, (which.where(columns.id > last) if last else which).order_by(columns.id).limit(AT_ONCE)
        ):
            for each in await self.complete(page):
                yield flat(self.shown, each)
            last = page[-1]["id"]

    async def complete(self, page: Sequence[Values]) -> Sequence[Values]:
        """Return the things with what stands in other tables."""
        return page


class OfficeShown(OfficeCreate):
    id: uuid.UUID
    in_use: bool


class Offices(_Things):
    table, shown = Office, OfficeShown

    async def complete(self, page: Sequence[Values]) -> Sequence[Values]:
        ids = [each["id"] for each in page]
        holders = await holders_of(self._session, ids)
        accredited = await self._accredited(ids)
        return [
            {
                **each,
                "accredited_to": accredited.get(each["id"], []),
                "holder": OfficialCreate.model_validate(holders[each["id"]], from_attributes=True).model_dump()
                if each["id"] in holders
                else None,
            }
            for each in page
        ]

    async def _accredited(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
        table = table_of(Accreditation)
        found: dict[uuid.UUID, list[str]] = {}
        which = sa.select(table).where(table.c.office_id.in_(ids)).order_by(table.c.country)
        for each in await mappings(self._session, which):
            found.setdefault(each["office_id"], []).append(each["country"])
        return found


class Prisoners(_Things):
    table, shown = Prisoner, PrisonerCreate


class CampaignShown(CampaignBase):
    slug: Slug
    status: CampaignStatus
    outcome: Outcome | None
    outcome_note: Proses
    prisoners: list[Slug]


class Campaigns(_Things):
    table, shown = Campaign, CampaignShown

    async def complete(self, page: Sequence[Values]) -> Sequence[Values]:
        link, prisoner = table_of(CampaignPrisoner).c, table_of(Prisoner).c
        which = sa.select(link.campaign_id, prisoner.slug).join_from(
            table_of(CampaignPrisoner), table_of(Prisoner), link.prisoner_id == prisoner.id
        )
        here = which.where(link.campaign_id.in_([each["id"] for each in page])).order_by(link.position)
        slugs: dict[uuid.UUID, list[str]] = {}
        for each in await mappings(self._session, here):
            slugs.setdefault(each["campaign_id"], []).append(each["slug"])
        return [{**each, "prisoners": slugs.get(each["id"], [])} for each in page]
