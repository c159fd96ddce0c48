"""Which letters a supporter would write, and what stands in them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent, BriefOffice, BriefPrisoner
from app.composing.compose import Handed, compose
from app.composing.recipients import Recipient, choose
from app.composing.sender import Supporter
from app.errors import FieldError, Invalid, NotFound, invalid
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import LetterPreview, Preview, Reason
from app.models.office import Offer, OfferedOffice, Official
from app.models.submission import SubmissionCreate
from app.services import briefs, gates
from app.services.sealing import Keys


@dataclass(frozen=True, slots=True)
class Situation:
    """What all letters of one campaign depend on at one instant."""

    campaign: Campaign
    brief_id: uuid.UUID
    brief: BriefContent
    state: gates.State
    today: date


@dataclass(frozen=True, slots=True)
class Plan:
    """The letters of one submission before they exist."""

    campaign: Campaign
    brief_id: uuid.UUID
    brief: BriefContent
    prisoner_id: uuid.UUID | None
    recipients: list[Recipient]


async def situation(session: AsyncSession, campaign: Campaign) -> Situation:
    """Read the brief in force, and what the gates look at."""
    if campaign.brief_id is None:
        raise NotFound("There is no campaign at this address.")
    brief = await briefs.load(session, campaign.brief_id)
    state = await gates.state(session, campaign, prisoner_ids=_ids(brief.prisoners), office_ids=_ids(brief.offices))
    return Situation(campaign, campaign.brief_id, brief, state, now().date())


def plan(situation: Situation, body: SubmissionCreate) -> Plan:
    """Pass the gates and choose the recipients, or refuse with the reason. Pure."""
    if not body.consent.send:
        raise invalid("/consent/send", "Without this consent, nothing is written in your name.")
    brief, state, country = situation.brief, situation.state, body.supporter.country
    prisoner_id, recipients = chosen(brief, body)
    if shut := gates.against(
        state, country=country, prisoner_ids=_ids(brief.about(prisoner_id)), today=situation.today
    ):
        raise gates.refuse(shut)
    reasons = [gates.against_office(state, each.office.id, each.channel) for each in recipients]
    if all(reasons):
        raise gates.refuse(next(filter(None, reasons), Reason.NOBODY))
    open_ = [each for each, reason in zip(recipients, reasons, strict=True) if reason is None]
    return Plan(situation.campaign, situation.brief_id, brief, prisoner_id, open_)


def chosen(brief: BriefContent, body: SubmissionCreate) -> tuple[uuid.UUID | None, list[Recipient]]:
    """Return which prisoner and recipients a body chooses, past the gates. Pure."""
    recipients = choose(brief, country=body.supporter.country, language=body.language)
    return _prisoner(brief, body.prisoner), _picked(recipients, body.office_ids)


async def offer(session: AsyncSession, campaign: Campaign, *, country: str, language: str) -> Offer:
    """To whom a supporter living in this country would write, or why to nobody."""
    there = await situation(session, campaign)
    shut = gates.against(there.state, country=country, prisoner_ids=_ids(there.brief.prisoners), today=there.today)
    if shut:
        return Offer(items=[], nobody_because=gates.WORDS[shut])
    recipients = choose(there.brief, country=country, language=language)
    holders = await holders_of(session, [recipient.office.id for recipient in recipients])
    items = [
        _offered(each, holders, language=language)
        for each in recipients
        if gates.against_office(there.state, each.office.id, each.channel) is None
    ]
    return Offer(items=items, nobody_because=None if items else gates.WORDS[Reason.NOBODY])


async def preview(session: AsyncSession, keys: Keys, campaign: Campaign, body: SubmissionCreate) -> Preview:
    """Compose the letters as they would go out. Stores nothing."""
    planned = plan(await situation(session, campaign), body)
    holders = await holders_of(session, [each.office.id for each in planned.recipients])
    digest = keys.digest_of_email(body.supporter.email)
    return Preview(
        letters=[
            composed(
                planned.brief,
                planned.prisoner_id,
                each,
                holders.get(each.office.id),
                body,
                seed_of(digest, each.office.id),
            )
            for each in planned.recipients
        ]
    )


async def holders_of(
    session: AsyncSession, office_ids: Sequence[uuid.UUID], *, on: date | None = None
) -> dict[uuid.UUID, Official]:
    """Return who holds each office on this day (today), where somebody does."""
    on = on or now().date()
    held = select(Official).where(
        col(Official.office_id).in_(office_ids),
        sa.or_(col(Official.since).is_(None), col(Official.since) <= on),
        sa.or_(col(Official.until).is_(None), col(Official.until) >= on),
    )
    officials = await session.exec(held.order_by(sa.nulls_first(col(Official.since)), col(Official.id)))
    return {official.office_id: official for official in officials}  # the latest to come stands last, and wins


def seed_of(digest: bytes, office_id: uuid.UUID) -> int:
    """Return what chooses a letter's variants: the same person and office give the same letter, in the preview too."""
    return int.from_bytes(bytes(a ^ b for a, b in zip(digest, office_id.bytes, strict=False))[8:16]) >> 1


def composed(
    brief: BriefContent,
    prisoner_id: uuid.UUID | None,
    recipient: Recipient,
    holder: Official | None,
    body: SubmissionCreate,
    seed: int,
) -> LetterPreview:
    """Return a letter as it would go out. Pure."""
    handed = Handed(Supporter(**body.supporter.model_dump()), body.paragraph, prisoner_id, recipient.language, seed)
    letter = compose(brief, recipient.office, holder, handed)
    return LetterPreview(
        office_id=recipient.office.id,
        office=recipient.office.title_in(body.language),
        language=recipient.language,
        channel=recipient.channel,
        subject=letter.subject,
        body=letter.body,
    )


def _offered(recipient: Recipient, holders: dict[uuid.UUID, Official], *, language: str) -> OfferedOffice:
    holder = holders.get(recipient.office.id)
    return OfferedOffice(
        office_id=recipient.office.id,
        office=recipient.office.title_in(language),
        kind=recipient.office.kind,
        holder=holder.names.get(language, holder.name) if holder else None,
        language=recipient.language,
        channel=recipient.channel,
    )


def _prisoner(brief: BriefContent, slug: str | None) -> uuid.UUID | None:
    found = next((prisoner.id for prisoner in brief.prisoners if prisoner.slug == slug), None)
    if slug and found is None:
        raise invalid("/prisoner", "The campaign is not about a prisoner with this slug.")
    return found


def _picked(recipients: list[Recipient], office_ids: list[uuid.UUID] | None) -> list[Recipient]:
    if office_ids is None:
        return recipients
    offered = {recipient.office.id for recipient in recipients}
    errors = [
        FieldError(f"/office_ids/{n}", "This office is not among those offered for your country.")
        for n, office_id in enumerate(office_ids)
        if office_id not in offered
    ]
    if errors:
        raise Invalid("Some offices cannot be written to from there.", errors=errors)
    return [recipient for recipient in recipients if recipient.office.id in office_ids]


def _ids(things: Sequence[BriefPrisoner | BriefOffice]) -> list[uuid.UUID]:
    return [thing.id for thing in things]
