"""A supporter's own view of what they handed in, and what they may still do with it."""

import asyncio
import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.paper import as_text
from app.errors import Conflict, NotFound
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import NEXT, Letter, LetterReceipt, Reason, Stage
from app.models.office import Channel
from app.models.official import Holder
from app.models.submission import Receipt, Submission, SubmissionPublic
from app.rows.asking import rows
from app.services import briefs, gates, publicity, submissions, wording
from app.services.counting import stages
from app.services.handing_in import letters
from app.services.offices.holders import holders_of
from app.services.paper import manuscripts
from app.services.sealing import Keys, unknown_link

CAN_CANCEL = tuple(stage for stage, following in NEXT.items() if Stage.CANCELLED in following)
CAN_STOP = (*CAN_CANCEL, Stage.PRINTED)  # what has not left
ON_PAPER = (Stage.READY, Stage.PRINTED, Stage.POSTED)
DONE_BY_HAND = {Channel.POST: Stage.POSTED, Channel.WEB_FORM: Stage.SUBMITTED}
TO_DO, DONE = frozenset({Stage.READY}), frozenset(DONE_BY_HAND.values())


async def behind(session: AsyncSession, keys: Keys, token: str) -> Submission:
    """Return the submission behind a link. Changes nothing."""
    submission = await session.get(Submission, keys.submission_of(token))
    if submission is None or submission.erased_at is not None:
        raise unknown_link()
    return submission


async def look(session: AsyncSession, keys: Keys, token: str) -> tuple[Submission, BriefContent, SubmissionPublic]:
    """Return the submission with its brief, and what its client is told. Changes nothing."""
    submission = await behind(session, keys, token)
    own = await stages.read(session, col(Letter.submission_id) == submission.id)
    brief = await briefs.load(session, own[0].brief_id)
    return submission, brief, submissions.told(submission, brief, own)


async def read(session: AsyncSession, keys: Keys, token: str) -> Receipt:
    """Return the letters with their texts: as they left, or as they would leave now."""
    submission, brief, answer = await look(session, keys, token)
    own = await submissions.letters_of(session, submission.id)
    holders = await holders_of(session, [letter.office_id for letter in own])
    shown = [_receipt(keys, brief, submission, letter, holders) for letter in own]
    hidden = await publicity.is_hidden(session, brief)
    return Receipt(
        submission_id=submission.id,
        status=answer.status,
        campaign=brief.code if hidden else brief.title_in(submission.language),
        submitted_at=submission.created_at,
        confirmed_at=submission.confirmed_at,
        letters=[_without_words(each, brief) for each in shown] if hidden else shown,
    )


async def title(session: AsyncSession, brief: BriefContent, *, language: str) -> str:
    """Return the campaign's title; its code where the title may name somebody who is public no more."""
    return brief.code if await publicity.is_hidden(session, brief) else brief.title_in(language)


async def paper(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID) -> str:
    """Return one letter as plain text to print, or to copy into the office's form."""
    submission, brief, _ = await look(session, keys, token)
    row = await _own_letter(session, submission, letter_id)
    office = brief.office(row.office_id)
    if office is None or row.channel is Channel.EMAIL:
        raise NotFound("There is nothing to print: this letter goes by e-mail.")
    campaign = await session.get_one(Campaign, submission.campaign_id)
    await gates.ask(session, campaign, brief, row)  # let nobody post by hand what would not be sent
    holders = await holders_of(session, [row.office_id])
    composed = wording.text_of(keys, brief, submission, row, holders)
    return as_text(composed, office, channel=row.channel, language=row.language)


async def pdf(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID) -> bytes:
    """Return one letter by post as it is printed: on the supporter's paper, with today's date."""
    from app.composing import press  # noqa: PLC0415 - brings the printer, which most processes never need

    submission, brief, _ = await look(session, keys, token)
    row = await _own_letter(session, submission, letter_id)
    if row.channel is not Channel.POST:
        raise NotFound("There is nothing to print: this letter does not go by post.")
    if row.stage not in ON_PAPER:
        raise Conflict(f"The letter is {row.stage.value}, so there is nothing to print.")
    await gates.ask(session, await session.get_one(Campaign, submission.campaign_id), brief, row)
    (manuscript,) = await manuscripts.gather(session, [row])
    return await asyncio.to_thread(press.letter, manuscript.sheet(keys, day=now().date()))


async def cancel(session: AsyncSession, keys: Keys, token: str) -> Receipt:
    """Stop every letter that has not left."""
    submission = await behind(session, keys, token)
    await _stop(session, submission)
    return await read(session, keys, token)


async def erase(session: AsyncSession, keys: Keys, token: str) -> None:
    """Forget who the supporter is. What has left stays counted; what has not is stopped."""
    submission = await behind(session, keys, token)
    await _stop(session, submission)
    await submissions.forget(session, [submission.id], at=now())


async def mark_done(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID) -> Receipt:
    """Take down that the supporter posted a letter, or handed in a form."""
    submission = await behind(session, keys, token)
    letter = await _own_letter(session, submission, letter_id)
    if letter.channel not in DONE_BY_HAND:
        raise Conflict("This letter goes by e-mail: nothing needs to be posted.")
    _require_own_hand(letter)
    return await _move_own(session, keys, token, letter_id, DONE_BY_HAND[letter.channel], out_of=TO_DO)


async def undo(session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID) -> Receipt:
    """Take back `posted`: the letter is ready again."""
    submission = await behind(session, keys, token)
    _require_own_hand(await _own_letter(session, submission, letter_id))
    return await _move_own(session, keys, token, letter_id, Stage.READY, out_of=DONE)


def _require_own_hand(letter: Letter) -> None:
    if letter.print_run_id is not None:
        raise Conflict("This letter has been printed for you, and is posted for you: there is nothing to do.")


async def _move_own(
    session: AsyncSession, keys: Keys, token: str, letter_id: uuid.UUID, to: Stage, *, out_of: frozenset[Stage]
) -> Receipt:
    """Move a letter out of these stages only: that the table allows a move does not make it the supporter's."""
    (locked,) = await stages.lock(session, col(Letter.id) == letter_id)
    if locked.stage not in out_of:
        raise Conflict(f"The letter is {locked.stage.value}, so it cannot become {to.value}.")
    await stages.move(session, [locked], to, at=now())
    return await read(session, keys, token)


async def _stop(session: AsyncSession, submission: Submission) -> None:
    """Cancel what has not left. The submission is locked first, then deliveries, then letters, here as everywhere."""
    await session.exec(select(Submission.id).where(Submission.id == submission.id).with_for_update(key_share=True))
    deliveries = sa.select(col(Delivery.id)).where(col(Delivery.submission_id) == submission.id)
    await rows(session, deliveries.order_by(col(Delivery.id)).with_for_update())
    waiting = await stages.lock(session, col(Letter.submission_id) == submission.id, col(Letter.stage).in_(CAN_CANCEL))
    waiting += await _out_of_print(session, submission)
    await stages.move(session, waiting, Stage.CANCELLED, at=now(), reason=Reason.BY_SUPPORTER)
    await stages.leave_word(session, col(Letter.submission_id) == submission.id, reason=Reason.BY_SUPPORTER)
    stopped = [letter.id for letter in waiting]
    of_these = sa.or_(col(Delivery.letter_id).in_(stopped), col(Delivery.letter_id).is_(None))
    await session.exec(
        sa.update(Delivery)
        .where(col(Delivery.submission_id) == submission.id, of_these, col(Delivery.lease).is_(None))
        .values(due_at=None)
    )


async def _out_of_print(session: AsyncSession, submission: Submission) -> list[stages.Standing]:
    """Take back what was printed and not yet posted; its print run tells organisers which sheets to take out."""
    at = now()
    printed = await stages.lock(session, col(Letter.submission_id) == submission.id, col(Letter.stage) == Stage.PRINTED)
    await stages.move(session, printed, Stage.READY, at=at)
    return [letter.moved_to(Stage.READY, at) for letter in printed]


async def _own_letter(session: AsyncSession, submission: Submission, letter_id: uuid.UUID) -> Letter:
    letter = await session.get(Letter, letter_id)
    if letter is None or letter.submission_id != submission.id:
        raise NotFound("There is no such letter on this receipt.")
    return letter


def _without_words(letter: LetterReceipt, brief: BriefContent) -> LetterReceipt:
    """Say nothing of a person who is public no more."""
    return letter.model_copy(update={"subject": brief.code, "body": gates.WORDS[Reason.NO_CONSENT]})


def _receipt(
    keys: Keys, brief: BriefContent, submission: Submission, letter: Letter, holders: dict[uuid.UUID, Holder]
) -> LetterReceipt:
    text = wording.text_of(keys, brief, submission, letter, holders)
    public = submissions.public(brief, letter, language=submission.language)
    office = brief.office(letter.office_id)
    form = letters.web_form(office, letter.channel, language=submission.language) if office else None
    return LetterReceipt(
        **public.model_dump(), subject=text.subject, body=text.body, moved_at=letter.moved_at, web_form=form
    )
