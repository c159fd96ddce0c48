"""Organisations that were asked to sign, and what became of it. Their addresses stay here."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlmodel import col

from app.exports.queries import Query
from app.models.campaign import Campaign
from app.models.endorsement import Endorsement


class Endorsements(Query):
    def statement(self, organisation_id: uuid.UUID) -> sa.Select[Any]:
        columns: tuple[SQLColumnExpression[Any], ...] = (
            col(Endorsement.external_id),
            col(Campaign.slug).label("campaign"),
            col(Endorsement.name),
            col(Endorsement.country),
            col(Endorsement.website),
            col(Endorsement.language),
            col(Endorsement.status),
            col(Endorsement.signatory),
            col(Endorsement.signatory_role),
            col(Endorsement.confirmed_at),
        )
        which = sa.select(*columns).join_from(Endorsement, Campaign, col(Endorsement.campaign_id) == col(Campaign.id))
        own = which.where(col(Campaign.organisation_id) == organisation_id)
        return own.order_by(col(Campaign.slug), col(Endorsement.folded), col(Endorsement.id))
