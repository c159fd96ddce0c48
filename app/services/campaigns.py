"""Campaigns: found, listed and shown. They are written in editing; their life is in publishing."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFound
from app.models.campaign import (
    Campaign,
    CampaignForOrganisers,
    CampaignOffice,
    CampaignPrisoner,
    CampaignPrisonerPublic,
    CampaignPublic,
    CampaignQuery,
)
from app.models.endorsement import Endorsement, EndorsementStatus
from app.models.news import News, NewsKind, NewsPublic
from app.models.organisation import Organisation, Organiser
from app.models.prisoner import PUBLIC_CONSENT, Prisoner
from app.pagination import Page
from app.rows.asking import rows
from app.services import publicity


async def public(session: AsyncSession, slug: str) -> Campaign:
    """Return a campaign that the public may see."""
    which = select(Campaign).where(Campaign.slug == slug, publicity.of_campaigns())
    campaign = (await session.exec(which)).first()
    if campaign is None:
        raise no_campaign()
    return campaign


async def own(session: AsyncSession, organiser: Organiser, slug: str, *, lock: bool = True) -> Campaign:
    """Return a campaign of the organiser's organisation, to be changed unless it is only looked at.

    Submissions to it need not wait meanwhile.
    """
    which = select(Campaign).where(Campaign.slug == slug, Campaign.organisation_id == organiser.organisation_id)
    campaign = (await session.exec(which.with_for_update(key_share=True) if lock else which)).first()
    if campaign is None:
        raise no_campaign()
    return campaign


async def read(session: AsyncSession, slug: str, visitor: Organiser | None) -> CampaignPublic:
    """Show a campaign to a visitor: to its own organisation as drafts too, and with its rules."""
    if visitor is None:
        return await show(session, await public(session, slug))
    campaign = (await session.exec(select(Campaign).where(Campaign.slug == slug))).first()
    if campaign and campaign.organisation_id == visitor.organisation_id:
        return await show_to_organisers(session, campaign)
    return await show(session, await public(session, slug))


def no_campaign() -> NotFound:
    return NotFound("There is no campaign at this address.")


async def listed(
    session: AsyncSession, query: CampaignQuery, *, visitor: Organiser | None = None
) -> Page[CampaignPublic]:
    """Return public campaigns, and a visitor's organisation's own of all kinds, newest first."""
    own = visitor.organisation_id if visitor else None
    which = select(Campaign).where(sa.or_(publicity.of_campaigns(), col(Campaign.organisation_id) == own))
    if query.after:
        which = which.where(col(Campaign.id) < query.after)
    if query.status:
        which = which.where(Campaign.status == query.status)
    if query.urgent is not None:
        which = which.where(col(Campaign.urgent).is_(query.urgent))
    if query.language:
        which = which.where(sa.type_coerce(col(Campaign.demands), sa.JSON)[query.language].as_string().is_not(None))
    if query.country:
        which = which.where(col(Campaign.id).in_(_about_country(query.country)))
    found = (await session.exec(which.order_by(col(Campaign.id).desc()).limit(query.limit + 1))).all()
    shown, next_cursor = query.cut(found)
    return Page(items=await _show(session, shown), next_cursor=next_cursor)


async def show(session: AsyncSession, campaign: Campaign) -> CampaignPublic:
    return (await _show(session, [campaign]))[0]


async def show_to_organisers(session: AsyncSession, campaign: Campaign) -> CampaignForOrganisers:
    shown = await show(session, campaign)
    rules = campaign.model_dump(
        include=set(CampaignForOrganisers.model_fields) - set(CampaignPublic.model_fields) - {"offices"}
    )
    return CampaignForOrganisers.model_validate(
        {**shown.model_dump(), **rules, "offices": await offices_of(session, campaign)}
    )


async def prisoners_of(session: AsyncSession, campaign: Campaign) -> list[Prisoner]:
    """Return the prisoners of a campaign, in the order in which letters name them."""
    return (await _prisoners_of(session, [campaign.id])).get(campaign.id, [])


async def offices_of(session: AsyncSession, campaign: Campaign) -> list[uuid.UUID]:
    """Return the offices to which everybody writes, in the organiser's order."""
    which = select(CampaignOffice.office_id).where(CampaignOffice.campaign_id == campaign.id)
    return list(await session.exec(which.order_by(col(CampaignOffice.position))))


def _about_country(country: str) -> sa.Select[uuid.UUID]:
    return (
        sa.select(col(CampaignPrisoner.campaign_id))
        .join(Prisoner, col(Prisoner.id) == col(CampaignPrisoner.prisoner_id))
        .where(col(Prisoner.country) == country, col(Prisoner.consent).in_(PUBLIC_CONSENT))
    )


async def _show(session: AsyncSession, campaigns: Sequence[Campaign]) -> list[CampaignPublic]:
    ids = [campaign.id for campaign in campaigns]
    prisoners = await _prisoners_of(session, ids)
    signed = await _signatures(session, ids)
    told = await _latest_updates(session, ids)
    of_these = col(Organisation.id).in_({campaign.organisation_id for campaign in campaigns})
    names = dict((await session.exec(select(Organisation.id, Organisation.name).where(of_these))).all())
    return [
        CampaignPublic.model_validate(
            {
                **campaign.model_dump(),
                "languages": campaign.languages,
                "organisation": names[campaign.organisation_id],
                "endorsements": signed.get(campaign.id, 0),
                "latest_update": told.get(campaign.id),
                "prisoners": [
                    CampaignPrisonerPublic.model_validate(prisoner.model_dump())
                    for prisoner in prisoners.get(campaign.id, [])
                    if prisoner.consent in PUBLIC_CONSENT
                ],
            }
        )
        for campaign in campaigns
    ]


async def _prisoners_of(session: AsyncSession, campaign_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Prisoner]]:
    pairs = await session.exec(
        select(col(CampaignPrisoner.campaign_id), Prisoner)
        .join(Prisoner, col(Prisoner.id) == col(CampaignPrisoner.prisoner_id))
        .where(col(CampaignPrisoner.campaign_id).in_(campaign_ids))
        .order_by(col(CampaignPrisoner.position))
    )
    found: dict[uuid.UUID, list[Prisoner]] = {}
    for campaign_id, prisoner in pairs:
        found.setdefault(campaign_id, []).append(prisoner)
    return found


async def _signatures(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many organisations have signed each campaign."""
    confirmed = col(Endorsement.status) == EndorsementStatus.CONFIRMED, col(Endorsement.campaign_id).in_(ids)
    counted = sa.select(col(Endorsement.campaign_id), sa.func.count()).where(*confirmed)
    return {id_: n for id_, n in await rows(session, counted.group_by(col(Endorsement.campaign_id)))}  # noqa: C416 - rows to a dict


async def _latest_updates(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, NewsPublic]:
    """Return the newest update of each campaign that has one."""
    order = sa.func.row_number().over(partition_by=col(News.campaign_id), order_by=col(News.id).desc())
    updates = sa.select(col(News.id), order.label("place")).where(
        col(News.campaign_id).in_(ids), col(News.kind) == NewsKind.UPDATE
    )
    numbered = updates.subquery()
    newest = sa.select(numbered.c.id).where(numbered.c.place == 1)
    found = await session.exec(select(News).where(col(News.id).in_(newest)))
    return {news.campaign_id: NewsPublic.model_validate(news.model_dump()) for news in found}
