"""Who has signed a campaign, in the order of its language's alphabet."""

import uuid
from collections.abc import Iterable, Mapping

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import alphabets
from app.composing.brief import BriefContent
from app.composing.joint import Endorser
from app.models.campaign import Campaign
from app.models.endorsement import Endorsement, EndorsementForOrganisers, EndorsementPublic, EndorsementStatus
from app.models.organisation import Organiser
from app.pagination import Page, PageRequest
from app.services import campaigns
from app.services.endorsing import editions, invitations
from app.services.endorsing.agreeing import SIGNED
from app.services.sealing import Keys


async def public(session: AsyncSession, campaign: Campaign, query: PageRequest) -> Page[EndorsementPublic]:
    """Return the organisations that have signed, a page at a time."""
    found = query.rest(await _sorted(session, campaign))
    signed = [each for each in found if each.status is EndorsementStatus.CONFIRMED]
    shown, next_cursor = query.cut(signed)
    items = [EndorsementPublic.model_validate(each.model_dump()) for each in shown]
    return Page(items=items, next_cursor=next_cursor)


async def for_organisers(
    session: AsyncSession, keys: Keys, organiser: Organiser, slug: str, query: PageRequest
) -> Page[EndorsementForOrganisers]:
    """Return all who were asked, with where that stands."""
    campaign = await campaigns.own(session, organiser, slug, lock=False)
    shown, next_cursor = query.cut(query.rest(await _sorted(session, campaign)))
    return Page(items=[invitations.show(keys, each) for each in shown], next_cursor=next_cursor)


async def signed(
    session: AsyncSession, briefs: Mapping[uuid.UUID, BriefContent]
) -> dict[uuid.UUID, tuple[Endorser, ...]]:
    """Return, by the brief's id, the organisations that have signed its demands, as they sign its joint letter."""
    campaign_ids = {brief.campaign_id for brief in briefs.values()}
    which = col(Endorsement.campaign_id).in_(campaign_ids), col(Endorsement.status).in_(SIGNED)
    found = (await session.exec(select(Endorsement).where(*which))).all() if briefs else []
    return {id_: tuple(_endorser(each) for each in found if _has_signed(each, brief)) for id_, brief in briefs.items()}


def _has_signed(endorsement: Endorsement, brief: BriefContent) -> bool:
    return endorsement.campaign_id == brief.campaign_id and editions.was_signed(endorsement.signed, brief.demands)


def _endorser(endorsement: Endorsement) -> Endorser:
    return Endorser(endorsement.name, endorsement.country, endorsement.signatory, endorsement.signatory_role)


async def _sorted(session: AsyncSession, campaign: Campaign) -> list[Endorsement]:
    """Return all of a campaign: there are few, and those withdrawn keep their places for readers on their way."""
    found = await session.exec(select(Endorsement).where(col(Endorsement.campaign_id) == campaign.id))
    return _in_order(found, next(iter(campaign.languages), "en"))


def _in_order(found: Iterable[Endorsement], language: str) -> list[Endorsement]:
    return sorted(found, key=lambda each: (alphabets.key(each.name, language), each.id))
