"""Two-person review: whatever somebody wrote is approved by somebody else, to the letter, before it is published.

What is approved is an edition, the fingerprint of what publishing would freeze: whoever changes a word voids it.
"""

import hashlib
import json
import uuid
from collections.abc import Set as AbstractSet
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent, BriefOffice
from app.errors import Conflict, NeedsReview, OwnChange, Stale
from app.models.audit import AuditEntry
from app.models.brief import Brief
from app.models.campaign import Campaign
from app.models.organisation import Organisation, Organiser
from app.models.review import Approval, ApprovalCreate, Review
from app.services import briefs, campaigns

SAY_NOTHING = frozenset(  # what may change in a campaign without a word being written
    {"status", "brief_id", "trouble", "outcome", "outcome_note", "closed_at", "instructions", "goal", "external_id"}
)


async def look(session: AsyncSession, campaign: Campaign) -> Review:
    """Return what waits to be published, against the brief in force, and who stands behind it."""
    return await _review(session, campaign, await briefs.compiled(session, campaign))


async def approve(session: AsyncSession, campaign: Campaign, organiser: Organiser, body: ApprovalCreate) -> Review:
    """Take an organiser's approval of what others wrote, as it would be published now: of this very edition."""
    content = await briefs.compiled(session, campaign)
    if not await _is_needed(session, campaign):
        raise Conflict("Your organisation publishes without a second person: there is nothing to approve.")
    if body.edition != _edition(content):
        raise Stale("It has been changed since you read it. Read what waits for approval once more.")
    if await _authors(session, campaign, content) == {organiser.id}:
        raise OwnChange("You wrote this yourself: somebody else of your organisation has to approve it.")
    if organiser.id not in await _approvers(session, campaign, content):
        session.add(Approval(campaign_id=campaign.id, edition=body.edition, organiser_id=organiser.id))
        await session.flush()
    return await _review(session, campaign, content)


async def require(session: AsyncSession, campaign: Campaign, content: BriefContent) -> None:
    """Refuse to publish what nobody else has approved, where the organisation asks for a second person."""
    if not await _is_needed(session, campaign) or await _in_force(session, campaign) == _plain(content):
        return
    authors, approvers = await _authors(session, campaign, content), await _approvers(session, campaign, content)
    if not _is_enough(authors, approvers):
        raise NeedsReview(
            "A second organiser has to approve these very words first. Until then, the brief in force stays in force."
        )


async def _review(session: AsyncSession, campaign: Campaign, content: BriefContent) -> Review:
    before = await _in_force(session, campaign)
    authors, approvers = await _authors(session, campaign, content), await _approvers(session, campaign, content)
    named = select(Organiser.id, Organiser.name).where(col(Organiser.id).in_(authors | approvers))
    names = dict((await session.exec(named)).all())
    needed = await _is_needed(session, campaign)
    return Review(
        needed=needed,
        edition=_edition(content),
        approved=not needed or _is_enough(authors, approvers) or before == _plain(content),
        written_by=sorted(names[each] for each in authors),
        approved_by=sorted(names[each] for each in approvers),
        changes=_difference(before or {}, _plain(content)),
    )


async def _is_needed(session: AsyncSession, campaign: Campaign) -> bool:
    organisation = await session.get_one(Organisation, campaign.organisation_id, populate_existing=True)
    return organisation.two_person_review


def _is_enough(authors: AbstractSet[uuid.UUID], approvers: AbstractSet[uuid.UUID]) -> bool:
    """Tell whether somebody else than its author has approved each author's part."""
    return bool(approvers) and all(approvers - {author} for author in authors)


def _edition(content: BriefContent) -> str:
    """Return the fingerprint of a brief's content."""
    return hashlib.sha256(json.dumps(_plain(content), sort_keys=True).encode()).hexdigest()[:32]


def _plain(content: BriefContent) -> dict[str, Any]:
    return content.model_dump(mode="json")


async def _in_force(session: AsyncSession, campaign: Campaign) -> dict[str, Any] | None:
    return _plain(await briefs.load(session, campaign.brief_id)) if campaign.brief_id else None


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: {"from": before.get(name), "to": value} for name, value in after.items() if before.get(name) != value}


async def _authors(session: AsyncSession, campaign: Campaign, content: BriefContent) -> set[uuid.UUID]:
    """Return who wrote something since the last publication, of campaign, prisoners or offices, by the audit."""
    published_at = (await session.get_one(Brief, campaign.brief_id)).published_at if campaign.brief_id else None
    prisoners = await campaigns.prisoners_of(session, campaign)
    about = [campaign.id, *(prisoner.id for prisoner in prisoners), *(office.id for office in content.offices)]
    found = await session.exec(
        select(AuditEntry).where(
            AuditEntry.organisation_id == campaign.organisation_id,
            col(AuditEntry.thing_id).in_(about),
            col(AuditEntry.kind).in_(["campaign", "prisoner", "prisoner_event", "office"]),
            col(AuditEntry.at) >= (published_at or campaign.created_at),
        )
    )
    return {entry.organiser_id for entry in found if entry.organiser_id and _says_something(entry)}


def _says_something(entry: AuditEntry) -> bool:
    if entry.kind == "office":  # of it, briefs freeze only a part
        return not entry.changes.keys().isdisjoint(BriefOffice.model_fields)
    return any(map(_is_said, entry.changes))


def _is_said(name: str) -> bool:
    return name not in SAY_NOTHING and " " not in name  # "letter …" and "print run …" tell of letters


async def _approvers(session: AsyncSession, campaign: Campaign, content: BriefContent) -> set[uuid.UUID]:
    """Return who approved this very edition, and may still do so."""
    which = select(Approval.organiser_id).join(Organiser, col(Organiser.id) == col(Approval.organiser_id))
    return set(
        await session.exec(
            which.where(
                Approval.campaign_id == campaign.id,
                Approval.edition == _edition(content),
                col(Organiser.disabled_at).is_(None),
            )
        )
    )
