"""Counts: the tally as it is kept, and letters on paper that were counted by hand."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import col

from app.exports.queries import Query, country_shown
from app.models.campaign import Campaign
from app.models.office import Office
from app.models.offline_letters import OfflineLetters
from app.models.tally import Dimension, Tally


class Tallies(Query):
    def statement(self, organisation_id: uuid.UUID) -> sa.Select[Any]:
        country = country_shown(col(Tally.value), col(Tally.campaign_id))
        value = sa.case((col(Tally.dimension) == Dimension.COUNTRY, country), else_=col(Tally.value)).label("value")
        cell: tuple[SQLColumnExpression[Any], ...] = (
            col(Campaign.slug).label("campaign"),
            col(Tally.dimension),
            value,
            col(Tally.day),
            col(Tally.stage),
        )
        letters = sa.func.sum(col(Tally.letters)).label("letters")
        which = sa.select(*cell, letters).join_from(Tally, Campaign, col(Tally.campaign_id) == col(Campaign.id))
        own = which.where(col(Campaign.organisation_id) == organisation_id)
        return own.group_by(*cell).having(letters != 0).order_by(*cell)


class OfflineCounts(Query):
    def statement(self, organisation_id: uuid.UUID) -> sa.Select[Any]:
        columns: tuple[SQLColumnExpression[Any], ...] = (
            col(OfflineLetters.external_id),
            col(Campaign.slug).label("campaign"),
            col(Office.external_id).label("office"),
            col(OfflineLetters.letters),
            col(OfflineLetters.counted_on),
            col(OfflineLetters.country),
            col(OfflineLetters.note),
        )
        at = col(OfflineLetters.campaign_id) == col(Campaign.id)
        which = sa.select(*columns).join_from(OfflineLetters, Campaign, at)
        which = which.outerjoin(Office, col(OfflineLetters.office_id) == col(Office.id))
        own = which.where(col(OfflineLetters.organisation_id) == organisation_id)
        return own.order_by(col(OfflineLetters.counted_on), col(OfflineLetters.id))
