"""Letters: usually without who wrote them, with days instead of times and no id; with their writers, for a reason."""

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports.queries import Query, country_shown
from app.models.campaign import Campaign
from app.models.letter import Letter
from app.models.office import Office
from app.models.prisoner import Prisoner
from app.models.submission import Submission
from app.rows.asking import stream
from app.services import submissions
from app.services.sealing import Keys
from app.sheets.cells import shown

WRITER = ("name", "email", "street", "postcode", "city")  # what is sealed, in the order of its columns
NOT_OPENED = "(sealed with another secret)"
SEALED = ("submission_id", "sealed")  # read, and not told

Columns = tuple[SQLColumnExpression[Any], ...]


class Letters(Query):
    def statement(self, organisation_id: uuid.UUID) -> sa.Select[Any]:
        country = country_shown(col(Letter.country), col(Letter.campaign_id)).label("country")
        columns = _columns(country)
        not_as_they_came = *columns[:1], col(Letter.stage_on), *columns[1:5]  # that might tell who
        return _own(organisation_id, columns).order_by(*not_as_they_came)


class LettersWithWriters(Query):
    """Who wrote is told of what was confirmed: an address that never answered may be somebody else's."""

    def __init__(self, session: AsyncSession, organisation_id: uuid.UUID, *, keys: Keys) -> None:
        super().__init__(session, organisation_id)
        self._keys = keys

    def statement(self, organisation_id: uuid.UUID) -> sa.Select[Any]:
        confirmed = col(Submission.confirmed_at).is_not(None)
        writer: Columns = (
            sa.case((confirmed, col(Submission.consent_contact)), else_=sa.false()).label("contact"),
            col(Submission.id).label("submission_id"),
            sa.case((confirmed, col(Submission.sealed))).label("sealed"),
        )
        which = _own(organisation_id, (*_columns(col(Letter.country)), *writer))
        return which.join(Submission, col(Letter.submission_id) == col(Submission.id)).order_by(col(Letter.id))

    async def header(self) -> list[str]:
        return [*(name for name in await super().header() if name not in SEALED), *WRITER]

    async def rows(self) -> AsyncIterator[dict[str, str]]:
        async for row in stream(self._session, self._statement):
            letter = {name: shown(value) for name, value in row.items() if name not in SEALED}
            yield letter | self._writer(row)

    def _writer(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Return who wrote; nothing of the forgotten."""
        if row["sealed"] is None:
            return {}
        try:
            supporter, _ = submissions.unseal(self._keys, row["submission_id"], row["sealed"])
        except ValueError:
            return {"name": NOT_OPENED}
        return {name: shown(getattr(supporter, name)) for name in WRITER}


def _columns(country: SQLColumnExpression[str]) -> Columns:
    return (
        col(Campaign.slug).label("campaign"),
        col(Letter.office_id).label("office_id"),
        col(Office.external_id).label("office"),
        col(Prisoner.slug).label("prisoner"),
        country,
        col(Letter.language),
        col(Letter.channel),
        col(Letter.stage),
        col(Letter.stage_on),
        col(Letter.reason),
        col(Letter.round),
    )


def _own(organisation_id: uuid.UUID, columns: Columns) -> sa.Select[Any]:
    which = sa.select(*columns).join_from(Letter, Campaign, col(Letter.campaign_id) == col(Campaign.id))
    which = which.join(Office, col(Letter.office_id) == col(Office.id))
    which = which.outerjoin(Prisoner, col(Letter.prisoner_id) == col(Prisoner.id))
    return which.where(col(Campaign.organisation_id) == organisation_id)
