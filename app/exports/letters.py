"""Letters, without who wrote them: no name, address or words, no id that leads to a person, days instead of times."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import col

from app.exports.queries import Query, country_shown
from app.models.campaign import Campaign
from app.models.letter import Letter
from app.models.office import Office
from app.models.prisoner import Prisoner


class Letters(Query):
    def statement(self, organisation_id: uuid.UUID) -> sa.Select[Any]:
        columns: tuple[SQLColumnExpression[Any], ...] = (
            col(Campaign.slug).label("campaign"),
            col(Letter.office_id).label("office_id"),
            col(Office.external_id).label("office"),
            col(Prisoner.slug).label("prisoner"),
            country_shown(col(Letter.country), col(Letter.campaign_id)).label("country"),
            col(Letter.language),
            col(Letter.channel),
            col(Letter.stage),
            col(Letter.stage_on),
            col(Letter.reason),
            col(Letter.round),
        )
        which = sa.select(*columns).join_from(Letter, Campaign, col(Letter.campaign_id) == col(Campaign.id))
        which = which.join(Office, col(Letter.office_id) == col(Office.id))
        which = which.outerjoin(Prisoner, col(Letter.prisoner_id) == col(Prisoner.id))
        own = which.where(col(Campaign.organisation_id) == organisation_id)
        return own.order_by(*columns[:1], col(Letter.stage_on), *columns[1:5])  # not as they came: that might tell who
