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
from app.database import among
from app.errors import FieldError, Invalid, invalid
from app.models.columns import now
from app.models.letter import LetterPreview, Preview, Reason
from app.models.office import Offer, OfferedOffice, Official
from app.models.submission import SubmissionCreate
from app.services import gates
from app.services.sealing import Keys
from app.services.situations import Appeal, Situation


@dataclass(frozen=True, slots=True)
class Plan:
    """The letters of one submission before they exist."""

    campaign: Appeal
    brief: BriefContent
    prisoner_id: uuid.UUID | None
    recipients: list[Recipient]


def plan(situation: Situation, body: SubmissionCreate) -> Plan:
    """Pass the gates and choose the recipients, or refuse with the reason. Pure."""
    if not body.consent.send:
        raise invalid("/consent/send", "Without this consent, nothing is written in your name.")
    brief, state, country = situation.brief, situation.state, body.supporter.country
    prisoner_id = _prisoner(brief, body.prisoner)
    recipients = _picked(choose(brief, country=country, language=body.language), body.office_ids)
    if shut := gates.against(
        state, country=country, prisoner_ids=_ids(brief.about(prisoner_id)), today=situation.today
    ):
        raise gates.refuse(shut)
    reasons = [gates.against_office(state, each.office.id, each.channel) for each in recipients]
    if all(reasons):
        raise gates.refuse(next(filter(None, reasons), Reason.NOBODY))
    open_ = [each for each, reason in zip(recipients, reasons, strict=True) if reason is None]
    return Plan(situation.campaign, brief, prisoner_id, open_)


def offer(there: Situation, holders: dict[uuid.UUID, Official], *, country: str, language: str) -> Offer:
    """To whom a supporter living in this country would write, or why to nobody."""
    shut = gates.against(there.state, country=country, prisoner_ids=_ids(there.brief.prisoners), today=there.today)
    if shut:
        return Offer(items=[], nobody_because=gates.WORDS[shut])
    recipients = choose(there.brief, country=country, language=language)
    items = [
        _offered(each, holders, language=language)
        for each in recipients
        if gates.against_office(there.state, each.office.id, each.channel) is None
    ]
    return Offer(items=items, nobody_because=None if items else gates.WORDS[Reason.NOBODY])


def preview(there: Situation, holders: dict[uuid.UUID, Official], keys: Keys, body: SubmissionCreate) -> Preview:
    """Compose the letters as they would go out."""
    planned = plan(there, body)
    digest = keys.digest_of_email(body.supporter.email)
    return Preview(
        letters=[
            _preview(planned, each, holders.get(each.office.id), body, seed_of(digest, each.office.id))
            for each in planned.recipients
        ]
    )


async def holders_of(
    session: AsyncSession, office_ids: Sequence[uuid.UUID], *, on: date | None = None
) -> dict[uuid.UUID, Official]:
    """Return who holds each office on this day (today), where somebody does."""
    on = on or now().date()
    held = select(Official).where(
        among(session, col(Official.office_id), office_ids),
        sa.or_(col(Official.since).is_(None), col(Official.since) <= on),
        sa.or_(col(Official.until).is_(None), col(Official.until) >= on),
    )
    officials = await session.exec(held.order_by(sa.nulls_first(col(Official.since)), col(Official.id)))
    return {official.office_id: official for official in officials}  # the latest to come stands last, and wins


def seed_of(digest: bytes, office_id: uuid.UUID) -> int:
    """Return what chooses a letter's variants: the same person and office give the same letter, in the preview too."""
    return int.from_bytes(bytes(a ^ b for a, b in zip(digest, office_id.bytes, strict=False))[8:16]) >> 1


def _preview(
    planned: Plan, recipient: Recipient, holder: Official | None, body: SubmissionCreate, seed: int
) -> LetterPreview:
    handed = Handed(
        Supporter(**body.supporter.model_dump()), body.paragraph, planned.prisoner_id, recipient.language, seed
    )
    letter = compose(planned.brief, recipient.office, holder, handed)
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
