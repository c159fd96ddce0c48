"""Letters that were claimed pass through the gates, in the claiming transaction."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.delivery import drafts
from app.delivery.claims import Claim
from app.delivery.drafts import MOST_CRASHES, LetterDraft
from app.models.delivery import Delivery
from app.models.letter import LetterKind, Reason, Stage
from app.rows.asking import database_now
from app.services import gates, situations
from app.services.counting import stages
from app.services.situations import Appeal

logger = logging.getLogger(__name__)

A_MOMENT = 0.2  # seconds
ONLY_HELD = frozenset({Reason.CAMPAIGN_PAUSED, Reason.QUARANTINED})


async def of_letters(session: AsyncSession, claims: Sequence[Claim], *, at: datetime) -> list[LetterDraft]:
    """Return what may leave, now in `sending`. What a gate stops is held or cancelled, and its delivery is over."""
    read = await drafts.read(session, claims, today=at.date())
    campaigns = await situations.held(session, {draft.standing.campaign_id for draft in read}, wait=False)
    await _put_back(session, [draft.claim for draft in read if draft.standing.campaign_id not in campaigns])
    held = [draft for draft in read if draft.standing.campaign_id in campaigns]
    shut = await _shut(session, held, campaigns, today=at.date())
    await _stop(session, [draft for draft in held if draft.claim.id in shut], shut, at=at)
    open_ = [draft for draft in held if draft.claim.id not in shut]
    queued = [draft.standing for draft in open_ if draft.standing.stage is Stage.QUEUED]
    await stages.move(session, queued, Stage.SENDING, at=at)
    return open_


async def _shut(
    session: AsyncSession, letters: Sequence[LetterDraft], campaigns: Mapping[uuid.UUID, Appeal], *, today: date
) -> dict[uuid.UUID, Reason]:
    """Return why single deliveries must not leave, by their id. The gates are asked once for letters that are alike."""
    briefs_ = {draft.standing.brief_id: draft.brief for draft in letters}
    prisoner_ids = {prisoner.id for brief in briefs_.values() for prisoner in brief.prisoners}
    office_ids = {draft.standing.office_id for draft in letters}
    around = await gates.around(session, prisoner_ids=prisoner_ids, office_ids=office_ids)
    states = {id_: gates.State(campaign, *around) for id_, campaign in campaigns.items()}
    answers: dict[tuple[object, ...], Reason | None] = {}
    reasons: dict[uuid.UUID, Reason] = {}
    for draft in letters:
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
    forgotten = draft.own.sealed is None or letter.stage not in {Stage.QUEUED, Stage.SENDING}
    return letter.reason or (Reason.BY_SUPPORTER if forgotten else None)


def _against(state: gates.State, draft: LetterDraft, *, today: date) -> Reason | None:
    letter = draft.standing
    about = [prisoner.id for prisoner in draft.brief.about(letter.prisoner_id)]
    here, named = letter.country, draft.brief.named
    shut = gates.against(state, country=here, prisoner_ids=about, today=today, named=named) or gates.against_office(
        state, letter.office_id, letter.channel
    )
    return shut or (Reason.NO_ENDORSERS if letter.kind is LetterKind.JOINT and not draft.endorsers else None)


async def _stop(
    session: AsyncSession, letters: Sequence[LetterDraft], shut: dict[uuid.UUID, Reason], *, at: datetime
) -> None:
    for draft in letters:
        reason, letter = shut[draft.claim.id], draft.standing
        by_hand = draft.fallback if reason is Reason.NO_ADDRESS else None
        to = Stage.READY if by_hand else Stage.HELD if reason in ONLY_HELD else Stage.CANCELLED
        if letter.stage is Stage.SENDING and to is not Stage.READY:
            await stages.move(session, [letter], Stage.QUEUED, at=at, reason=reason)
            letter = letter.moved_to(Stage.QUEUED, at)
        if letter.stage in {Stage.SENDING, Stage.QUEUED}:
            await stages.move(session, [letter], to, at=at, reason=None if by_hand else reason, channel=by_hand)
    await _end(session, [draft.claim for draft in letters])


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
