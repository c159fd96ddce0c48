"""A supporter's own view of what they handed in, and what they may still do with it."""

import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.compose import ComposedLetter, compose
from app.composing.paper import as_text
from app.errors import Conflict, NotFound
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import NEXT, Letter, LetterReceipt, Reason, Stage
from app.models.office import Channel, Official
from app.models.submission import Receipt, Submission
from app.services import confirmation, gates, letters, stages, submissions
from app.services.sealing import Keys

CAN_CANCEL = tuple(stage for stage, following in NEXT.items() if Stage.CANCELLED in following)
DONE_BY_HAND = {Channel.POST: Stage.POSTED, Channel.WEB_FORM: Stage.SUBMITTED}


async def read(session: AsyncSession, keys: Keys, token: str) -> Receipt:
    """Return the letters with their texts: as they left, or as they would leave now."""
    submission, brief, answer = await confirmation.look(session, keys, token)
    rows = await submissions.letters_of(session, submission.id)
    holders = await letters.holders_of(session, [row.office_id for row in rows])
    return Receipt(
        submission_id=submission.id,
        status=answer.status,
        campaign=brief.title_in(submission.language),
        submitted_at=submission.created_at,
        confirmed_at=submission.confirmed_at,
        letters=[_receipt(keys, brief, submission, row, holders) for row in rows],
    )


async def paper(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID) -> str:
    """Return one letter as plain text to print, or to copy into the office's form."""
    submission, brief, _ = await confirmation.look(session, keys, token)
    row = await _own_letter(session, submission, letter_id)
    office = brief.office(row.office_id)
    if office is None or row.channel is Channel.EMAIL:
        raise NotFound("There is nothing to print: this letter goes by e-mail.")
    await _ask_gates(session, brief, submission, row)
    composed = _text(keys, brief, submission, row, await letters.holders_of(session, [row.office_id]))
    return as_text(composed, office, channel=row.channel, language=row.language)


async def _ask_gates(session: AsyncSession, brief: BriefContent, submission: Submission, letter: Letter) -> None:
    """Let nobody post by hand what would not be sent."""
    campaign = await session.get_one(Campaign, submission.campaign_id)
    about = [prisoner.id for prisoner in brief.about(letter.prisoner_id)]
    state = await gates.state(session, campaign, prisoner_ids=about, office_ids=[letter.office_id])
    shut = gates.against(state, country=letter.country, prisoner_ids=about, today=now().date())
    if reason := shut or gates.against_office(state, letter.office_id, letter.channel):
        raise gates.refuse(reason)


async def cancel(session: AsyncSession, keys: Keys, token: str) -> Receipt:
    """Stop every letter that has not left."""
    submission, _, _ = await confirmation.look(session, keys, token)
    await _stop(session, submission)
    return await read(session, keys, token)


async def erase(session: AsyncSession, keys: Keys, token: str) -> None:
    """Forget who the supporter is. What has left stays counted; what has not is stopped."""
    submission, _, _ = await confirmation.look(session, keys, token)
    await _stop(session, submission)
    await submissions.forget(session, [submission.id], at=now())


async def mark_done(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID) -> Receipt:
    """Take down that the supporter posted a letter, or handed in a form."""
    submission, _, _ = await confirmation.look(session, keys, token)
    letter = await _own_letter(session, submission, letter_id)
    if letter.channel not in DONE_BY_HAND:
        raise Conflict("This letter goes by e-mail: nothing needs to be posted.")
    return await _move_own(session, keys, token, letter_id, DONE_BY_HAND[letter.channel])


async def undo(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID) -> Receipt:
    """Take back `posted`: the letter is ready again."""
    submission, _, _ = await confirmation.look(session, keys, token)
    await _own_letter(session, submission, letter_id)
    return await _move_own(session, keys, token, letter_id, Stage.READY)


async def _move_own(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID, to: Stage) -> Receipt:
    locked = await stages.lock(session, col(Letter.id) == letter_id)
    if to not in NEXT[locked[0].stage] or locked[0].channel is Channel.EMAIL:
        raise Conflict(f"The letter is {locked[0].stage.value}, so it cannot become {to.value}.")
    await stages.move(session, locked, to, at=now())
    return await read(session, keys, token)


async def _stop(session: AsyncSession, submission: Submission) -> None:
    """Cancel what has not left. The submission is locked first, then deliveries, then letters, here as everywhere."""
    which = select(Submission.id).where(Submission.id == submission.id)
    await session.exec(which.with_for_update(key_share=True))  # its deliveries and letters may go on pointing to it
    await session.exec(sa.select(Delivery.id).where(col(Delivery.submission_id) == submission.id).with_for_update())  # type: ignore[call-overload]
    waiting = await stages.lock(session, col(Letter.submission_id) == submission.id, col(Letter.stage).in_(CAN_CANCEL))
    await stages.move(session, waiting, Stage.CANCELLED, at=now(), reason=Reason.BY_SUPPORTER)
    await stages.stop_if_it_comes_back(session, col(Letter.submission_id) == submission.id)
    stopped = [letter.id for letter in waiting]
    of_these = sa.or_(col(Delivery.letter_id).in_(stopped), col(Delivery.letter_id).is_(None))
    await session.exec(
        sa.update(Delivery)
        .where(col(Delivery.submission_id) == submission.id, of_these, col(Delivery.lease).is_(None))
        .values(due_at=None)
    )


async def _own_letter(session: AsyncSession, submission: Submission, letter_id: uuid.UUID) -> Letter:
    letter = await session.get(Letter, letter_id)
    if letter is None or letter.submission_id != submission.id:
        raise NotFound("There is no such letter on this receipt.")
    return letter


def _receipt(
    keys: Keys, brief: BriefContent, submission: Submission, letter: Letter, holders: dict[uuid.UUID, Official]
) -> LetterReceipt:
    text = _text(keys, brief, submission, letter, holders)
    public = submissions.public(brief, letter, language=submission.language)
    return LetterReceipt(**public.model_dump(), subject=text.subject, body=text.body, moved_at=letter.moved_at)


def _text(
    keys: Keys, brief: BriefContent, submission: Submission, letter: Letter, holders: dict[uuid.UUID, Official]
) -> ComposedLetter:
    if letter.sealed_text is not None:
        subject, _, body = keys.open(letter.sealed_text, about=letter.id).decode().partition("\n")
        return ComposedLetter(subject, body)
    office = brief.office(letter.office_id)
    if office is None or submission.sealed is None:
        return ComposedLetter("", "")
    supporter, paragraph = submissions.unseal(keys, submission.id, submission.sealed)
    return compose(brief, office, holders.get(office.id), submissions.handed(letter, supporter, paragraph))
