"""Who has signed a campaign, in the order of its language's alphabet."""

import uuid
from collections.abc import Collection, Iterable, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import alphabets
from app.composing.joint import Endorser
from app.errors import invalid
from app.models.campaign import Campaign
from app.models.endorsement import Endorsement, EndorsementForOrganisers, EndorsementPublic, EndorsementStatus
from app.models.organisation import Organiser
from app.pagination import Page, PageRequest
from app.services import campaigns
from app.services.endorsing import invitations
from app.services.sealing import Keys


async def public(session: AsyncSession, campaign: Campaign, query: PageRequest) -> Page[EndorsementPublic]:
    """Return the organisations that have signed, a page at a time."""
    found = _after(await _sorted(session, campaign), query)
    signed = [each for each in found if each.status is EndorsementStatus.CONFIRMED]
    shown, next_cursor = query.cut(signed)
    items = [EndorsementPublic.model_validate(each.model_dump()) for each in shown]
    return Page(items=items, next_cursor=next_cursor)


async def for_organisers(
    session: AsyncSession, keys: Keys, organiser: Organiser, slug: str, query: PageRequest
) -> Page[EndorsementForOrganisers]:
    """Return all who were asked, with where that stands."""
    campaign = await campaigns.own(session, organiser, slug, lock=False)
    shown, next_cursor = query.cut(_after(await _sorted(session, campaign), query))
    return Page(items=[invitations.show(keys, each) for each in shown], next_cursor=next_cursor)


async def signed(session: AsyncSession, campaign_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[Endorser, ...]]:
    """Return the organisations that have signed each campaign, as they sign its joint letter."""
    confirmed = col(Endorsement.campaign_id).in_(campaign_ids), col(Endorsement.status) == EndorsementStatus.CONFIRMED
    found: dict[uuid.UUID, tuple[Endorser, ...]] = dict.fromkeys(campaign_ids, ())
    for each in await session.exec(select(Endorsement).where(*confirmed)):
        endorser = Endorser(each.name, each.country, each.signatory, each.signatory_role)
        found[each.campaign_id] += (endorser,)
    return found


async def _sorted(session: AsyncSession, campaign: Campaign) -> list[Endorsement]:
    """Return all of a campaign: there are few, and those withdrawn keep their places for readers on their way."""
    found = await session.exec(select(Endorsement).where(col(Endorsement.campaign_id) == campaign.id))
    return _in_order(found, next(iter(campaign.languages), "en"))


def _in_order(found: Iterable[Endorsement], language: str) -> list[Endorsement]:
    return sorted(found, key=lambda each: (alphabets.key(each.name, language), each.id))


def _after(found: Sequence[Endorsement], query: PageRequest) -> Sequence[Endorsement]:
    if query.after is None:
        return found
    place = next((n for n, each in enumerate(found) if each.id == query.after), None)
    if place is None:
        raise invalid("?cursor", "This is not a cursor of this list: take next_cursor from the page before, as it is.")
    return found[place + 1 :]
