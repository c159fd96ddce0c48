"""Claims with all that their mails are made of: read, and passed through the gates, in the claiming transaction."""

import logging
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.candidates import live_address
from app.composing.joint import Endorser
from app.delivery.claims import Claim
from app.delivery.topics import Topic
from app.models.campaign import Campaign
from app.models.delivery import Delivery
from app.models.letter import Letter, LetterKind, Reason, Stage
from app.models.office import Channel, Office, Official
from app.models.submission import Submission
from app.rows.asking import among, database_now, rows
from app.services import briefs, gates, letters, stages
from app.services.endorsing import listing
from app.services.stages import Standing

logger = logging.getLogger(__name__)

A_MOMENT = 0.2  # seconds
MOST_CRASHES = 3  # workers that one delivery may take with it
ONLY_HELD = frozenset({Reason.CAMPAIGN_PAUSED, Reason.QUARANTINED})


class Own(NamedTuple):
    """What a letter is made from that is its own; `sealed` is its submission's."""

    id: uuid.UUID
    kind: LetterKind
    prisoner_id: uuid.UUID | None
    language: str
    seed: int
    copies: list[str] | None
    sealed: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be sent, before it is composed."""

    claim: Claim
    brief: BriefContent
    address: str | None = None  # of the office; a notice goes to the supporter
    fallback: Channel | None = None  # by which the office takes letters, but for e-mail


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDraft(Draft):
    own: Own
    standing: Standing  # when it was claimed
    holder: Official | None
    endorsers: tuple[Endorser, ...] = ()  # who sign a joint letter


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft(Draft):
    submission: Submission
    letters: list[Letter]
    topic: Topic


async def of_letters(session: AsyncSession, claims: Sequence[Claim], *, at: datetime) -> list[LetterDraft]:
    """Return what may leave, now in `sending`. What a gate stops is held or cancelled, and its delivery is over."""
    drafts = await _read(session, claims, today=at.date())
    campaigns = await gates.campaigns_held(session, {draft.standing.campaign_id for draft in drafts}, wait=False)
    await _put_back(session, [draft.claim for draft in drafts if draft.standing.campaign_id not in campaigns])
    drafts = [draft for draft in drafts if draft.standing.campaign_id in campaigns]
    shut = await _shut(session, drafts, campaigns, today=at.date())
    await _stop(session, [draft for draft in drafts if draft.claim.id in shut], shut, at=at)
    open_ = [draft for draft in drafts if draft.claim.id not in shut]
    queued = [draft.standing for draft in open_ if draft.standing.stage is Stage.QUEUED]
    await stages.move(session, queued, Stage.SENDING, at=at)
    return open_


async def _read(session: AsyncSession, claims: Sequence[Claim], *, today: date) -> list[LetterDraft]:
    """Read the letters, locked, with all that they are made of."""
    ids = [each.letter_id for each in claims if each.letter_id]
    standing = {each.id: each for each in await stages.lock(session, among(session, col(Letter.id), ids))}
    own = await _own(session, ids)
    addresses = await _addresses(session, {each.office_id for each in standing.values()})
    holders = await letters.holders_of(session, list(addresses), on=today)
    known = {id_: await briefs.load(session, id_) for id_ in {each.brief_id for each in standing.values()}}
    joint = {each.brief_id for each in standing.values() if each.kind is LetterKind.JOINT}
    endorsers = await listing.signed(session, {id_: known[id_] for id_ in joint})
    return [
        LetterDraft(
            claim=each,
            brief=(brief := known[letter.brief_id]),
            address=addresses[letter.office_id],
            fallback=_fallback(brief, letter),
            own=own[letter.id],
            standing=letter,
            holder=holders.get(letter.office_id),
            endorsers=endorsers.get(letter.brief_id, ()) if letter.kind is LetterKind.JOINT else (),
        )
        for each in claims
        if each.letter_id and (letter := standing[each.letter_id])
    ]


async def _own(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Own]:
    columns = (
        Letter.id,
        Letter.kind,
        Letter.prisoner_id,
        Letter.language,
        Letter.seed,
        Letter.copies,
        Submission.sealed,
    )
    which = sa.select(*(col(each) for each in columns)).where(among(session, col(Letter.id), ids))
    found = await rows(session, which.join(Submission, col(Submission.id) == col(Letter.submission_id)))
    return {row[0]: Own(*row) for row in found}


async def _addresses(session: AsyncSession, office_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str | None]:
    which = sa.select(col(Office.id), col(Office.emails)).where(among(session, col(Office.id), office_ids))
    return {id_: live_address(emails) for id_, emails in await rows(session, which)}


def _fallback(brief: BriefContent, letter: Standing) -> Channel | None:
    """Return how the office takes letters otherwise; a joint one is not typed into forms."""
    office = brief.office(letter.office_id)
    others = {Channel.POST} if letter.kind is LetterKind.JOINT else {Channel.POST, Channel.WEB_FORM}
    return next((each for each in office.channels if each in others), None) if office else None


async def _shut(
    session: AsyncSession, drafts: Sequence[LetterDraft], campaigns: Mapping[uuid.UUID, Campaign], *, today: date
) -> dict[uuid.UUID, Reason]:
    """Return why single deliveries must not leave, by their id. The gates are asked once for letters that are alike."""
    briefs_ = {draft.standing.brief_id: draft.brief for draft in drafts}
    prisoner_ids = {prisoner.id for brief in briefs_.values() for prisoner in brief.prisoners}
    office_ids = {draft.standing.office_id for draft in drafts}
    around = await gates.around(session, prisoner_ids=prisoner_ids, office_ids=office_ids)
    states = {id_: gates.State(campaign, *around) for id_, campaign in campaigns.items()}
    answers: dict[tuple[object, ...], Reason | None] = {}
    reasons: dict[uuid.UUID, Reason] = {}
    for draft in drafts:
        letter = draft.standing
        alike = (letter.brief_id, letter.prisoner_id, letter.country, letter.office_id, letter.channel, letter.kind)
        if alike not in answers:
            answers[alike] = _against(states[letter.campaign_id], draft, today=today)
        if reason := _against_own(draft) or answers[alike]:
            reasons[draft.claim.id] = reason
    return reasons


def _against_own(draft: LetterDraft) -> Reason | None:
    """Return why this one must not leave, whatever the gates say."""
    if draft.claim.crashes >= MOST_CRASHES:
        logger.warning("delivery %s is in quarantine: %s workers did not survive it", draft.claim.id, MOST_CRASHES)
        return Reason.QUARANTINED
    letter = draft.standing
    stopped = letter.reason is Reason.BY_SUPPORTER or draft.own.sealed is None
    return Reason.BY_SUPPORTER if stopped or letter.stage not in {Stage.QUEUED, Stage.SENDING} else None


def _against(state: gates.State, draft: LetterDraft, *, today: date) -> Reason | None:
    letter = draft.standing
    about = [prisoner.id for prisoner in draft.brief.about(letter.prisoner_id)]
    here, named = letter.country, draft.brief.named
    shut = gates.against(state, country=here, prisoner_ids=about, today=today, named=named) or gates.against_office(
        state, letter.office_id, letter.channel
    )
    return shut or (Reason.NO_ENDORSERS if letter.kind is LetterKind.JOINT and not draft.endorsers else None)


async def _stop(
    session: AsyncSession, drafts: Sequence[LetterDraft], shut: dict[uuid.UUID, Reason], *, at: datetime
) -> None:
    for draft in drafts:
        reason, letter = shut[draft.claim.id], draft.standing
        by_hand = draft.fallback if reason is Reason.NO_ADDRESS else None
        to = Stage.READY if by_hand else Stage.HELD if reason in ONLY_HELD else Stage.CANCELLED
        if letter.stage is Stage.SENDING and to is not Stage.READY:
            await stages.move(session, [letter], Stage.QUEUED, at=at, reason=reason)
            letter = letter.moved_to(Stage.QUEUED, at)
        if letter.stage in {Stage.SENDING, Stage.QUEUED}:
            await stages.move(session, [letter], to, at=at, reason=None if by_hand else reason, channel=by_hand)
    await _end(session, [draft.claim for draft in drafts])


async def _put_back(session: AsyncSession, claims: Sequence[Claim]) -> None:
    """Give claims back for a moment, as if they had not been made: their campaign is being changed right now."""
    if not claims:
        return
    back = sa.update(Delivery).where(col(Delivery.id).in_([each.id for each in claims]))
    await session.exec(back.values(due_at=database_now(A_MOMENT), lease=None, attempts=Delivery.attempts - 1))


async def _end(session: AsyncSession, claims: Sequence[Claim]) -> None:
    if not claims:
        return
    over = sa.update(Delivery).where(col(Delivery.id).in_([each.id for each in claims]))
    await session.exec(over.values(due_at=None, lease=None))
