"""What offices answer: taken down on the letter, kept or passed on only where that was agreed."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.incoming.sort import Incoming, Kind
from app.models.campaign import Campaign
from app.models.delivery import Delivery, Enclosure, Notice
from app.models.letter import AnswerKind, Letter, LetterKind
from app.models.submission import Submission
from app.rows.asking import rows
from app.rows.writing import insert_if_new
from app.services.sealing import Keys

MOST_PASSED_ON = 5  # answers to one letter: whatever answers whom, this ends it

KINDS = {Kind.AUTOMATIC: AnswerKind.AUTOMATIC, Kind.PERSON: AnswerKind.PERSON}


async def take_down(
    session: AsyncSession, keys: Keys, submission: Submission, letter_id: uuid.UUID, incoming: Incoming, *, at: datetime
) -> None:
    """Record that a letter was answered: the first time, and once more when a person follows on a machine."""
    letter = await session.get_one(Letter, letter_id, with_for_update={"key_share": True})
    kind = KINDS[incoming.kind]
    if letter.answer is None or (letter.answer, kind) == (AnswerKind.AUTOMATIC, AnswerKind.PERSON):
        letter.answer, letter.answered_at = kind, at
    session.add(letter)
    if kind is AnswerKind.PERSON and incoming.text and submission.sealed is not None:
        await _keep(session, keys, letter, incoming.text)
        if submission.consent_answers:
            await _pass_on(session, keys, letter, incoming, at=at)


async def _keep(session: AsyncSession, keys: Keys, letter: Letter, text: str) -> None:
    campaign = await session.get_one(Campaign, letter.campaign_id)
    wanted = campaign.keep_answers or letter.kind is LetterKind.JOINT  # which the organisation itself has written
    if wanted and letter.sealed_answer is None:
        letter.sealed_answer = keys.seal(text.encode(), about=letter.id)


async def _pass_on(session: AsyncSession, keys: Keys, letter: Letter, incoming: Incoming, *, at: datetime) -> None:
    """Queue an answer for the supporter, once, however often it comes."""
    count = sa.select(sa.func.count()).where(col(Enclosure.letter_id) == letter.id)
    if (await rows(session, count))[0][0] >= MOST_PASSED_ON:
        return
    enclosure_id = uuid.UUID(bytes=keys.digest(b"answer", letter.id.bytes + incoming.mark)[:16])
    enclosure = {
        "id": enclosure_id,
        "submission_id": letter.submission_id,
        "letter_id": letter.id,
        "sealed": keys.seal(incoming.text.encode(), about=enclosure_id),
        "created_at": at,
    }
    if await insert_if_new(session, Enclosure, enclosure):
        session.add(Delivery(submission_id=letter.submission_id, notice=Notice.ANSWER, about=enclosure_id, due_at=at))
