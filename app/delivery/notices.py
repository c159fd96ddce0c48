"""Claims of notices with all that they are made of. One that has nothing to say any more is over."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.delivery import topics
from app.delivery.claims import Claim
from app.delivery.drafts import MOST_CRASHES, NoticeDraft
from app.delivery.topics import NO_TOPIC
from app.delivery.verdicts import Verdict, verdict
from app.errors import NotPublishable
from app.models.campaign import Campaign
from app.models.delivery import Delivery, Notice
from app.models.letter import Letter
from app.models.submission import Submission
from app.rows.asking import database_now
from app.services import briefs, publicity
from app.services.sealing import Keys
from app.services.telling import notice_limits

FIRST_LOOK, LONGEST_LOOK = 60.0, 6 * 3600.0  # seconds between looks whether all letters have left


async def drafts(session: AsyncSession, claims: Sequence[Claim], keys: Keys, *, at: datetime) -> list[NoticeDraft]:
    """Return the notices that have something to say now. What has to wait is due later, the others are over."""
    submissions = await topics.by_id(session, Submission, [each.submission_id for each in claims])
    letters = await _letters_of(session, list(submissions))
    about = await topics.read(session, [each.about for each in claims if each.about])
    hidden = await publicity.hidden(session, {each.campaign_id for each in submissions.values()})
    found: dict[Verdict, list[NoticeDraft]] = {each: [] for each in Verdict}
    for claim in claims:
        submission, own = submissions[claim.submission_id], letters.get(claim.submission_id, [])
        topic = about.get(claim.about or claim.id, NO_TOPIC)
        decided = verdict(claim.notice, submission, {letter.stage for letter in own}, topic, at=at)
        silent = submission.campaign_id in hidden and claim.notice is not Notice.TEST
        if claim.crashes < MOST_CRASHES and not silent and (brief := await _brief(session, submission, own)):
            draft = NoticeDraft(claim=claim, brief=brief, submission=submission, letters=own, topic=topic)
            found[decided].append(draft)
    allowed = await _within_limits(session, found[Verdict.SEND], keys, at=at)
    await _put_off(session, [draft.claim for draft in found[Verdict.LATER]])
    kept = {draft.claim.id for draft in [*allowed, *found[Verdict.LATER]]}
    await _end(session, [claim.id for claim in claims if claim.id not in kept])
    return allowed


async def _letters_of(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Letter]]:
    found: dict[uuid.UUID, list[Letter]] = {}
    which = select(Letter).where(col(Letter.submission_id).in_(ids)).order_by(col(Letter.id))
    for letter in await session.exec(which):
        found.setdefault(letter.submission_id, []).append(letter)
    return found


async def _brief(session: AsyncSession, submission: Submission, own: Sequence[Letter]) -> BriefContent | None:
    """Return the brief that the letters name; for a test, which has none, the one that is in force or would be."""
    if own:
        return await briefs.load(session, own[0].brief_id)
    campaign = await session.get_one(Campaign, submission.campaign_id)
    try:
        return await briefs.in_force(session, campaign)
    except NotPublishable:  # somebody is changing the draft
        return None


async def _within_limits(
    session: AsyncSession, drafts: Sequence[NoticeDraft], keys: Keys, *, at: datetime
) -> list[NoticeDraft]:
    """Leave out what would be too many for one mailbox in one day. Nobody is told, least of all who typed it in.

    Each counts once: what an outage gives back was counted when it was claimed before.
    """
    limited = [draft for draft in drafts if draft.claim.notice in notice_limits.MOST_A_DAY]
    new = [(draft, notice_limits.mailbox(keys, draft.submission)) for draft in limited if _is_new(draft.claim)]
    counts = await notice_limits.count(session, [mailbox for _, mailbox in new], today=at.date())
    too_many = set()
    for draft, mailbox in reversed(new):
        if draft.claim.notice and counts[mailbox] > notice_limits.MOST_A_DAY[draft.claim.notice]:
            too_many.add(draft.claim.id)
            counts[mailbox] -= 1
    return [draft for draft in drafts if draft.claim.id not in too_many]


def _is_new(claim: Claim) -> bool:
    return claim.attempts == 1 and claim.last_reply is None


async def _put_off(session: AsyncSession, claims: Sequence[Claim]) -> None:
    for claim in claims:
        wait = min(FIRST_LOOK * 4.0 ** (claim.attempts - 1), LONGEST_LOOK)
        later = sa.update(Delivery).where(col(Delivery.id) == claim.id)
        await session.exec(later.values(due_at=database_now(wait), lease=None))


async def _end(session: AsyncSession, ids: Sequence[uuid.UUID]) -> None:
    over = sa.update(Delivery).where(col(Delivery.id).in_(ids))
    await session.exec(over.values(due_at=None, lease=None))
