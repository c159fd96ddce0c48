"""Claims with all that their mails are made of: read, and passed through the gates, in the claiming transaction."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.candidates import live_address
from app.composing.joint import Endorser
from app.database import database_now
from app.delivery import topics
from app.delivery.claims import Claim
from app.delivery.topics import NO_TOPIC, Topic
from app.models.campaign import Campaign
from app.models.delivery import Delivery
from app.models.letter import Letter, LetterKind, Reason, Stage
from app.models.office import Channel, Office, Official
from app.models.submission import Submission
from app.services import briefs, gates, letters, stages
from app.services.endorsing import listing

logger = logging.getLogger(__name__)

A_MOMENT = 0.2  # seconds
MOST_CRASHES = 3  # workers that one delivery may take with it
ONLY_HELD = frozenset({Reason.CAMPAIGN_PAUSED, Reason.QUARANTINED})


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter, or one notice about a submission's letters, before it is composed."""

    claim: Claim
    submission: Submission
    brief: BriefContent
    letters: list[Letter]  # one, or for a notice all of the submission's
    holder: Official | None = None
    address: str | None = None  # of the office; a notice goes to the supporter
    fallback: Channel | None = None  # by which the office takes letters, but for e-mail
    topic: Topic = NO_TOPIC  # of a notice
    endorsers: tuple[Endorser, ...] = ()  # who sign a joint letter


async def of_letters(session: AsyncSession, claims: Sequence[Claim], *, at: datetime) -> list[Draft]:
    """Return what may leave, now in `sending`. What a gate stops is held or cancelled, and its delivery is over."""
    found = await topics.by_id(session, Letter, [each.letter_id for each in claims if each.letter_id])
    offices = await topics.by_id(session, Office, [letter.office_id for letter in found.values()])
    submissions = await topics.by_id(session, Submission, [each.submission_id for each in claims])
    holders = await letters.holders_of(session, list(offices), on=at.date())
    joint = {letter.campaign_id for letter in found.values() if letter.kind is LetterKind.JOINT}
    endorsers = await listing.signed(session, joint) if joint else {}
    drafts = [
        Draft(
            claim=each,
            submission=submissions[each.submission_id],
            brief=(brief := await briefs.load(session, letter.brief_id)),
            letters=[letter],
            holder=holders.get(letter.office_id),
            address=live_address(offices[letter.office_id].emails),
            fallback=_fallback(brief, letter),
            endorsers=endorsers.get(letter.campaign_id, ()) if letter.kind is LetterKind.JOINT else (),
        )
        for each in claims
        if each.letter_id is not None and (letter := found[each.letter_id]) is not None
    ]
    campaign_ids = {draft.submission.campaign_id for draft in drafts}
    campaigns = await gates.campaigns_held(session, campaign_ids, wait=False)
    await _put_back(session, [draft.claim for draft in drafts if draft.submission.campaign_id not in campaigns])
    drafts = [draft for draft in drafts if draft.submission.campaign_id in campaigns]
    shut = await _shut(session, drafts, campaigns, today=at.date())
    await _stop(session, [draft for draft in drafts if draft.claim.id in shut], shut, at=at)
    open_ = [draft for draft in drafts if draft.claim.id not in shut]
    locked = await stages.lock(session, col(Letter.id).in_([draft.letters[0].id for draft in open_]))
    await stages.move(session, [letter for letter in locked if letter.stage is Stage.QUEUED], Stage.SENDING, at=at)
    return open_


def _fallback(brief: BriefContent, letter: Letter) -> Channel | None:
    """Return how the office takes letters otherwise; a joint one is not typed into forms."""
    office = brief.office(letter.office_id)
    others = {Channel.POST} if letter.kind is LetterKind.JOINT else {Channel.POST, Channel.WEB_FORM}
    return next((each for each in office.channels if each in others), None) if office else None


async def _shut(
    session: AsyncSession, drafts: Sequence[Draft], campaigns: Mapping[uuid.UUID, Campaign], *, today: date
) -> dict[uuid.UUID, Reason]:
    """Return why single deliveries must not leave, by their id."""
    reasons: dict[uuid.UUID, Reason] = {}
    for campaign in campaigns.values():
        own = [draft for draft in drafts if draft.submission.campaign_id == campaign.id]
        prisoner_ids = {prisoner.id for draft in own for prisoner in draft.brief.prisoners}
        office_ids = {draft.letters[0].office_id for draft in own}
        state = await gates.state(session, campaign, prisoner_ids=prisoner_ids, office_ids=office_ids)
        reasons |= {draft.claim.id: reason for draft in own if (reason := _against(state, draft, today=today))}
    return reasons


def _against(state: gates.State, draft: Draft, *, today: date) -> Reason | None:
    (letter,) = draft.letters
    if draft.claim.crashes >= MOST_CRASHES:
        logger.warning("delivery %s is in quarantine: %s workers did not survive it", draft.claim.id, MOST_CRASHES)
        return Reason.QUARANTINED
    stopped = letter.reason is Reason.BY_SUPPORTER or draft.submission.sealed is None
    if stopped or letter.stage not in {Stage.QUEUED, Stage.SENDING}:
        return Reason.BY_SUPPORTER
    about = [prisoner.id for prisoner in draft.brief.about(letter.prisoner_id)]
    here, named = letter.country, draft.brief.named
    shut = gates.against(state, country=here, prisoner_ids=about, today=today, named=named) or gates.against_office(
        state, letter.office_id, letter.channel
    )
    return shut or (Reason.NO_ENDORSERS if letter.kind is LetterKind.JOINT and not draft.endorsers else None)


async def _stop(session: AsyncSession, drafts: Sequence[Draft], shut: dict[uuid.UUID, Reason], *, at: datetime) -> None:
    for draft in drafts:
        reason = shut[draft.claim.id]
        by_hand = draft.fallback if reason is Reason.NO_ADDRESS else None
        to = Stage.READY if by_hand else Stage.HELD if reason in ONLY_HELD else Stage.CANCELLED
        locked = await stages.lock(session, col(Letter.id) == draft.letters[0].id)
        if locked[0].stage is Stage.SENDING and to is not Stage.READY:
            await stages.move(session, locked, Stage.QUEUED, at=at, reason=reason)
            locked = [letter.moved_to(Stage.QUEUED, at) for letter in locked]
        if locked[0].stage in {Stage.SENDING, Stage.QUEUED}:
            await stages.move(session, locked, to, at=at, reason=None if by_hand else reason, channel=by_hand)
    await _end(session, [draft.claim for draft in drafts])


async def _put_back(session: AsyncSession, claims: Sequence[Claim]) -> None:
    """Give claims back for a moment, as if they had not been made: their campaign is being changed right now."""
    back = sa.update(Delivery).where(col(Delivery.id).in_([each.id for each in claims]))
    await session.exec(back.values(due_at=database_now(A_MOMENT), lease=None, attempts=Delivery.attempts - 1))


async def _end(session: AsyncSession, claims: Sequence[Claim]) -> None:
    over = sa.update(Delivery).where(col(Delivery.id).in_([each.id for each in claims]))
    await session.exec(over.values(due_at=None, lease=None))
