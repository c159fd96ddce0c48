"""Campaigns: found, listed, shown and written. Their life is in publishing."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, FieldError, Invalid, NotFound, invalid
from app.models.campaign import (
    Campaign,
    CampaignCreate,
    CampaignForOrganisers,
    CampaignOffice,
    CampaignPrisoner,
    CampaignPrisonerPublic,
    CampaignPublic,
    CampaignQuery,
    CampaignStatus,
    CampaignUpdate,
)
from app.models.columns import now
from app.models.office import Office
from app.models.organisation import Organisation, Organiser
from app.models.prisoner import PUBLIC_CONSENT, Prisoner
from app.pagination import Page
from app.services import belongings, publicity, revisions
from app.services.team import audit


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
        {**shown.model_dump(), **rules, "offices": await _offices_of(session, campaign)}
    )


async def create(session: AsyncSession, organiser: Organiser, body: CampaignCreate) -> CampaignForOrganisers:
    """Begin a draft."""
    campaign = Campaign.model_validate({**_columns(body), "organisation_id": organiser.organisation_id})
    _require_dates(campaign, new=body.closes_on)
    await insert(session, campaign)
    await _set_prisoners(session, organiser, campaign, body.prisoners)
    await _set_offices(session, campaign, body.offices)
    return await show_to_organisers(session, campaign)


async def insert(session: AsyncSession, campaign: Campaign) -> None:
    """Keep a new draft, unless its slug is taken."""
    taken = Conflict("There is a campaign with this slug already: choose another.")
    await revisions.insert(session, campaign, taken=taken)


async def update(
    session: AsyncSession, organiser: Organiser, campaign: Campaign, body: CampaignUpdate, *, if_match: str | None
) -> CampaignForOrganisers:
    """Change what is sent. Letters keep to the brief in force until the campaign is published again."""
    if campaign.status is CampaignStatus.CLOSED:
        raise Conflict("The campaign is closed, and stays as it is.")
    revisions.require(campaign.revision, if_match)
    before = campaign.closes_on
    await revisions.change(session, campaign, _columns(body))
    _require_dates(campaign, new=campaign.closes_on if campaign.closes_on != before else None)
    if body.prisoners is not None:
        await _set_prisoners(session, organiser, campaign, body.prisoners)
    if body.offices is not None:
        await _set_offices(session, campaign, body.offices)
    return await show_to_organisers(session, campaign)


async def delete(session: AsyncSession, campaign: Campaign) -> None:
    """Delete a draft. What has been published stays, closed: letters name it."""
    if campaign.brief_id is not None:
        raise Conflict("The campaign has been published. Close it instead: letters have been written in its name.")
    await session.exec(sa.delete(CampaignPrisoner).where(col(CampaignPrisoner.campaign_id) == campaign.id))
    await session.exec(sa.delete(CampaignOffice).where(col(CampaignOffice.campaign_id) == campaign.id))
    await belongings.delete(session, campaign)
    await session.delete(campaign)


def _require_dates(campaign: Campaign, *, new: date | None) -> None:
    """Refuse dates that do not go together, and a new closing date that has passed."""
    if new and new < now().date():
        raise invalid("/closes_on", "This day has passed. To end a campaign, close it with its outcome.")
    if campaign.closes_on is None and campaign.status is not CampaignStatus.DRAFT:
        raise invalid("/closes_on", "A published campaign keeps a closing date: after it, nobody writes any more.")
    if campaign.opens_on and campaign.closes_on and campaign.opens_on > campaign.closes_on:
        raise invalid("/closes_on", "The campaign closes before it opens.")


def _columns(body: CampaignCreate | CampaignUpdate) -> dict[str, Any]:
    """Return what was sent for the campaign's own row; letter texts as the plain values that JSON keeps."""
    sent = body.model_dump(exclude_unset=True, exclude={"prisoners", "offices", "texts"})
    return sent | body.model_dump(mode="json", exclude_unset=True, include={"texts"})


async def _set_prisoners(session: AsyncSession, organiser: Organiser, campaign: Campaign, slugs: Sequence[str]) -> None:
    found = {
        prisoner.slug: prisoner
        for prisoner in await session.exec(select(Prisoner).where(col(Prisoner.slug).in_(slugs)))
        if prisoner.consent in PUBLIC_CONSENT or prisoner.organisation_id == organiser.organisation_id
    }
    _refuse_unknown("/prisoners", "prisoner with this slug", [slug in found for slug in slugs])
    if campaign.brief_id is not None:
        public = [found[slug].consent in PUBLIC_CONSENT for slug in slugs]
        _refuse_unknown("/prisoners", "consent to publicity, and the campaign is public", public)
    before = [prisoner.slug for prisoner in (await prisoners_of(session, [campaign.id])).get(campaign.id, [])]
    audit.note(session, campaign, {"prisoners": (before, slugs)})
    await session.exec(sa.delete(CampaignPrisoner).where(col(CampaignPrisoner.campaign_id) == campaign.id))
    for position, slug in enumerate(dict.fromkeys(slugs)):
        session.add(CampaignPrisoner(campaign_id=campaign.id, prisoner_id=found[slug].id, position=position))
    await session.flush()


async def _set_offices(session: AsyncSession, campaign: Campaign, office_ids: Sequence[uuid.UUID]) -> None:
    own = select(Office.id).where(col(Office.id).in_(office_ids), Office.organisation_id == campaign.organisation_id)
    found = set(await session.exec(own))
    _refuse_unknown("/offices", "office of yours with this id", [office_id in found for office_id in office_ids])
    audit.note(session, campaign, {"offices": (await _offices_of(session, campaign), office_ids)})
    await session.exec(sa.delete(CampaignOffice).where(col(CampaignOffice.campaign_id) == campaign.id))
    for position, office_id in enumerate(dict.fromkeys(office_ids)):
        session.add(CampaignOffice(campaign_id=campaign.id, office_id=office_id, position=position))
    await session.flush()


async def _offices_of(session: AsyncSession, campaign: Campaign) -> list[uuid.UUID]:
    which = select(CampaignOffice.office_id).where(CampaignOffice.campaign_id == campaign.id)
    return list(await session.exec(which.order_by(col(CampaignOffice.position))))


def _refuse_unknown(pointer: str, what: str, known: list[bool]) -> None:
    errors = [FieldError(f"{pointer}/{n}", f"There is no {what}.") for n, is_known in enumerate(known) if not is_known]
    if errors:
        raise Invalid("Something named here does not exist.", errors=errors)


def _about_country(country: str) -> sa.Select[uuid.UUID]:
    return (
        sa.select(col(CampaignPrisoner.campaign_id))
        .join(Prisoner, col(Prisoner.id) == col(CampaignPrisoner.prisoner_id))
        .where(col(Prisoner.country) == country, col(Prisoner.consent).in_(PUBLIC_CONSENT))
    )


async def prisoners_of(session: AsyncSession, campaign_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Prisoner]]:
    rows = await session.exec(
        select(col(CampaignPrisoner.campaign_id), Prisoner)
        .join(Prisoner, col(Prisoner.id) == col(CampaignPrisoner.prisoner_id))
        .where(col(CampaignPrisoner.campaign_id).in_(campaign_ids))
        .order_by(col(CampaignPrisoner.position))
    )
    found: dict[uuid.UUID, list[Prisoner]] = {}
    for campaign_id, prisoner in rows:
        found.setdefault(campaign_id, []).append(prisoner)
    return found


async def _show(session: AsyncSession, campaigns: Sequence[Campaign]) -> list[CampaignPublic]:
    ids = [campaign.id for campaign in campaigns]
    prisoners, signed, told = (
        await prisoners_of(session, ids),
        await belongings.signatures(session, ids),
        await belongings.latest_updates(session, ids),
    )
    names = dict((await session.exec(select(Organisation.id, Organisation.name))).all())
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
