"""Confirming: only now is it decided what leaves, and what this person has written before."""

import uuid
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.database import Database, one_at_a_time
from app.errors import Gone
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.delivery import Delivery, Notice
from app.models.letter import NOT_WRITTEN, Letter, Reason, Stage
from app.models.office import Channel
from app.models.submission import Submission, SubmissionPublic
from app.services import briefs, gates, stages, submissions, tally
from app.services.sealing import Keys, unknown_link

TIME_TO_CONFIRM = timedelta(days=7)
THANKS_AFTER = timedelta(minutes=1)  # the first look whether all has left


async def confirm(database: Database, keys: Keys, token: str) -> SubmissionPublic:
    """Send a submission on its way. Again: the same answer, and nothing twice."""
    submission_id = keys.submission_of(token)
    async with database.transaction() as session:
        return await _confirm(session, submission_id, at=now())


def stopped() -> Gone:
    """Return the answer where there is nothing left to confirm."""
    return Gone("These letters were stopped before they were confirmed. Nothing was sent.")


async def look(session: AsyncSession, keys: Keys, token: str) -> tuple[Submission, BriefContent, SubmissionPublic]:
    """Return what a link stands for. Changes nothing."""
    submission = await _find(session, keys.submission_of(token))
    return submission, *await _answer(session, submission)


async def _confirm(session: AsyncSession, submission_id: uuid.UUID, *, at: datetime) -> SubmissionPublic:
    submission = await _find(session, submission_id, lock=True)
    if submission.confirmed_at is None:
        await _pass_on(session, submission, at=at)
    return (await _answer(session, submission))[1]


async def _pass_on(session: AsyncSession, submission: Submission, *, at: datetime) -> None:
    if at > submission.created_at + TIME_TO_CONFIRM:
        raise Gone("This link was good for seven days. Please hand your letters in once more.")
    if submission.digest is not None:
        await one_at_a_time(session, submission.digest)  # of one person: each sees what the others have written
    campaign = (await gates.campaigns_held(session, [submission.campaign_id], wait=True))[submission.campaign_id]
    letters = await stages.lock(session, col(Letter.submission_id) == submission.id)
    shut = await _gates(session, campaign, submission, letters, today=at.date())
    waiting = [letter for letter in letters if letter.stage is Stage.UNCONFIRMED]
    if not waiting:
        raise stopped()
    await _decide(session, submission, waiting, shut, round_=round_on(campaign, at.date()), at=at)
    submission.confirmed_at = at
    await _count_person(session, submission)
    await _promise_thanks(session, submission, at=at)


async def _gates(
    session: AsyncSession, campaign: Campaign, submission: Submission, letters: list[stages.Standing], *, today: date
) -> dict[uuid.UUID, Reason]:
    """Return why single offices are shut; refuse everything where the campaign is. A pause only holds the letters."""
    brief = await briefs.load(session, letters[0].brief_id)
    prisoner_ids = [prisoner.id for prisoner in brief.about(submission.prisoner_id)]
    state = await gates.state(
        session, campaign, prisoner_ids=prisoner_ids, office_ids=[letter.office_id for letter in letters]
    )
    shut = gates.against(state, country=submission.country, prisoner_ids=prisoner_ids, today=today)
    if shut and shut is not Reason.CAMPAIGN_PAUSED:
        raise gates.refuse(shut)
    reasons = {
        letter.office_id: shut or gates.against_office(state, letter.office_id, letter.channel) for letter in letters
    }
    return {office_id: reason for office_id, reason in reasons.items() if reason}


async def _decide(
    session: AsyncSession,
    submission: Submission,
    letters: list[stages.Standing],
    shut: dict[uuid.UUID, Reason],
    *,
    round_: int,
    at: datetime,
) -> None:
    written = await _written(session, submission, round_)
    groups: dict[tuple[Stage, Reason | None], list[stages.Standing]] = {}
    for letter in letters:
        reason = Reason.DUPLICATE if letter.office_id in written else shut.get(letter.office_id)
        if reason in {None, Reason.CAMPAIGN_PAUSED}:
            reason = _held_back(letter) or reason
        groups.setdefault((_next(letter, reason), reason), []).append(letter)
    for (to, reason), group in groups.items():
        await stages.move(session, group, to, at=at, reason=reason, round=round_)
    session.add_all(
        Delivery(
            submission_id=submission.id,
            letter_id=letter.id,
            campaign_id=letter.campaign_id,
            office_id=letter.office_id,
            due_at=at if to is Stage.QUEUED else None,
        )
        for (to, _), group in groups.items()
        for letter in group
        if letter.channel is Channel.EMAIL and to in {Stage.QUEUED, Stage.HELD}
    )


def _held_back(letter: stages.Standing) -> Reason | None:
    """Whole texts of supporters' own wait for an organiser."""
    return Reason.MODERATION if letter.reason is Reason.MODERATION else None


def _next(letter: stages.Standing, reason: Reason | None) -> Stage:
    if reason in {Reason.CAMPAIGN_PAUSED, Reason.MODERATION}:
        return Stage.HELD
    if reason is not None:
        return Stage.CANCELLED
    return Stage.QUEUED if letter.channel is Channel.EMAIL else Stage.READY


async def _written(session: AsyncSession, submission: Submission, round_: int) -> set[uuid.UUID]:
    """Return the offices to which this person has written in this round."""
    offices = await session.exec(
        select(Letter.office_id).where(
            col(Letter.campaign_id) == submission.campaign_id,
            col(Letter.digest) == submission.digest,
            col(Letter.round) == round_,
            col(Letter.stage).not_in(NOT_WRITTEN),
        )
    )
    return set(offices)


def round_on(campaign: Campaign, day: date) -> int:
    """Return which time a person may write on this day: 0, then one more every `repeat_every_days`."""
    if not campaign.repeat_every_days:
        return 0
    return (day - (campaign.opens_on or campaign.created_at.date())).days // campaign.repeat_every_days


async def _count_person(session: AsyncSession, submission: Submission) -> None:
    """Count this person, once in a campaign."""
    before = select(Submission.id).where(
        col(Submission.campaign_id) == submission.campaign_id,
        col(Submission.digest) == submission.digest,
        col(Submission.first),
    )
    first = (await session.exec(before)).first()
    if first is None:
        submission.first = True
        await tally.add_supporters(session, submission.campaign_id, submission.country)
    elif submission.consent_contact:  # a person's wish to hear of the campaign stands in one place
        wish = sa.update(Submission).where(col(Submission.id) == first)
        await session.exec(wish.values(consent_contact=True))


async def _promise_thanks(session: AsyncSession, submission: Submission, *, at: datetime) -> None:
    """Have the supporter thanked when their letters have left: with a copy, or in two lines, or not at all."""
    await session.flush()
    by_email = col(Delivery.submission_id) == submission.id, col(Delivery.letter_id).is_not(None)
    leaving = (await session.exec(select(Delivery.id).where(*by_email).limit(1))).first()
    notice = Notice.COPY if submission.consent_copies else Notice.THANKS if submission.consent_contact else None
    if notice and leaving:
        session.add(Delivery(submission_id=submission.id, notice=notice, due_at=at + THANKS_AFTER))


async def _find(session: AsyncSession, submission_id: uuid.UUID, *, lock: bool = False) -> Submission:
    submission = await session.get(Submission, submission_id, with_for_update={"key_share": True} if lock else None)
    if submission is None or submission.erased_at is not None:
        raise unknown_link()
    return submission


async def _answer(session: AsyncSession, submission: Submission) -> tuple[BriefContent, SubmissionPublic]:
    letters = await submissions.letters_of(session, submission.id)
    brief = await briefs.load(session, letters[0].brief_id)
    return brief, submissions.answer(submission, brief, letters)
