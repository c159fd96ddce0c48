"""Campaigns as they are edited: begun, changed, and deleted while they are drafts."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, FieldError, Invalid, invalid
from app.models.account_link import AccountLink
from app.models.campaign import (
    Campaign,
    CampaignCreate,
    CampaignForOrganisers,
    CampaignOffice,
    CampaignPrisoner,
    CampaignStatus,
    CampaignUpdate,
)
from app.models.columns import now
from app.models.delivery import Delivery, Enclosure
from app.models.endorsement import Endorsement
from app.models.office import Office
from app.models.organisation import Organiser
from app.models.preview_link import PreviewLink
from app.models.prisoner import PUBLIC_CONSENT, Prisoner
from app.models.review import Approval
from app.models.submission import Submission
from app.services import campaigns, revisions
from app.services.team import audit

FURTHEST = timedelta(days=5 * 365)  # that a closing date lies ahead: supporters are forgotten by it
TOO_FAR = "This lies more than five years ahead: supporters are forgotten after it. Prolong the campaign later instead."


async def create(session: AsyncSession, organiser: Organiser, body: CampaignCreate) -> CampaignForOrganisers:
    """Begin a draft."""
    campaign = Campaign.model_validate({**_columns(body), "organisation_id": organiser.organisation_id})
    _require_dates(campaign, new=body.closes_on)
    await insert(session, campaign)
    await _set_prisoners(session, organiser, campaign, body.prisoners)
    await _set_offices(session, campaign, body.offices)
    return await campaigns.show_to_organisers(session, campaign)


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
    return await campaigns.show_to_organisers(session, campaign)


async def delete(session: AsyncSession, campaign: Campaign) -> None:
    """Delete a draft. What has been published stays, closed: letters name it."""
    if campaign.brief_id is not None:
        raise Conflict("The campaign has been published. Close it instead: letters have been written in its name.")
    await session.exec(sa.delete(CampaignPrisoner).where(col(CampaignPrisoner.campaign_id) == campaign.id))
    await session.exec(sa.delete(CampaignOffice).where(col(CampaignOffice.campaign_id) == campaign.id))
    await _delete_what_hangs_on(session, campaign)
    await session.delete(campaign)


async def _delete_what_hangs_on(session: AsyncSession, draft: Campaign) -> None:
    """Take preview links, approvals, and invitations to sign away with a draft: their links lead nowhere then."""
    await _delete_tests(session, draft)
    asked = sa.select(col(Endorsement.id)).where(col(Endorsement.campaign_id) == draft.id)
    await session.exec(sa.delete(AccountLink).where(col(AccountLink.endorsement_id).in_(asked)))
    for table in (PreviewLink, Approval, Endorsement):
        await session.exec(sa.delete(table).where(col(table.campaign_id) == draft.id))


async def _delete_tests(session: AsyncSession, draft: Campaign) -> None:
    """Take away what was tried out: a draft has no other letters."""
    tests = sa.select(col(Submission.id)).where(col(Submission.campaign_id) == draft.id)
    for table in (Delivery, Enclosure):
        await session.exec(sa.delete(table).where(col(table.submission_id).in_(tests)))
    await session.exec(sa.delete(Submission).where(col(Submission.campaign_id) == draft.id))


def _require_dates(campaign: Campaign, *, new: date | None) -> None:
    """Refuse dates that do not go together, and a new closing date that has passed or lies too far ahead."""
    if new and new < now().date():
        raise invalid("/closes_on", "This day has passed. To end a campaign, close it with its outcome.")
    if new and new > now().date() + FURTHEST:
        raise invalid("/closes_on", TOO_FAR)
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
    before = [prisoner.slug for prisoner in await campaigns.prisoners_of(session, campaign)]
    audit.note(session, campaign, {"prisoners": (before, slugs)})
    await session.exec(sa.delete(CampaignPrisoner).where(col(CampaignPrisoner.campaign_id) == campaign.id))
    for position, slug in enumerate(dict.fromkeys(slugs)):
        session.add(CampaignPrisoner(campaign_id=campaign.id, prisoner_id=found[slug].id, position=position))
    await session.flush()


async def _set_offices(session: AsyncSession, campaign: Campaign, office_ids: Sequence[uuid.UUID]) -> None:
    own = select(Office.id).where(col(Office.id).in_(office_ids), Office.organisation_id == campaign.organisation_id)
    found = set(await session.exec(own))
    _refuse_unknown("/offices", "office of yours with this id", [office_id in found for office_id in office_ids])
    audit.note(session, campaign, {"offices": (await campaigns.offices_of(session, campaign), office_ids)})
    await session.exec(sa.delete(CampaignOffice).where(col(CampaignOffice.campaign_id) == campaign.id))
    for position, office_id in enumerate(dict.fromkeys(office_ids)):
        session.add(CampaignOffice(campaign_id=campaign.id, office_id=office_id, position=position))
    await session.flush()


def _refuse_unknown(pointer: str, what: str, known: list[bool]) -> None:
    errors = [FieldError(f"{pointer}/{n}", f"There is no {what}.") for n, is_known in enumerate(known) if not is_known]
    if errors:
        raise Invalid("Something named here does not exist.", errors=errors)
