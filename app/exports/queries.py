"""Rows of a query as they come, under the names of its columns."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.tally import SupporterTally
from app.rows.asking import stream
from app.services.numbers.disclosure import FEWEST, OTHERS
from app.sheets.cells import shown


class Query(ABC):
    """A table that is one statement."""

    def __init__(self, session: AsyncSession, organisation_id: uuid.UUID) -> None:
        self._session = session
        self._statement = self.statement(organisation_id)

    @abstractmethod
    def statement(self, organisation_id: uuid.UUID) -> sa.Select[Any]:
        """Return what is exported of an organisation."""

    async def header(self) -> list[str]:
        return [column.name for column in self._statement.selected_columns]

    async def rows(self) -> AsyncIterator[dict[str, str]]:
        async for row in stream(self._session, self._statement):
            yield {name: shown(value) for name, value in row.items()}


def country_shown(country: SQLColumnExpression[str], campaign_id: SQLColumnExpression[uuid.UUID]) -> sa.Case[str]:
    """Return a supporter's country where enough people of the campaign live in it, and `other` elsewhere."""
    there = sa.select(col(SupporterTally.supporters)).where(
        col(SupporterTally.campaign_id) == campaign_id, col(SupporterTally.country) == country
    )
    return sa.case((sa.func.coalesce(there.scalar_subquery(), 0) >= FEWEST, country), else_=OTHERS)
