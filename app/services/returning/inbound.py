"""What comes back by mail. It is believed by its token only, and written down once, however often it comes."""

import asyncio
import logging
import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database
from app.errors import Busy
from app.incoming.rules import Severity
from app.incoming.sort import Incoming, Kind, sort
from app.incoming.text import kept_words
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import Letter, Stage
from app.models.submission import Submission
from app.services import submissions
from app.services.counting import stages
from app.services.returning import addresses, answers, returns
from app.services.returning.returns import Purpose, Returned
from app.services.sealing import Keys

logger = logging.getLogger(__name__)


class TakenAs(StrEnum):
    """What became of a message. None of them asks for an answer to it."""

    BOUNCED = "bounced"
    ANSWERED = "answered"
    NOTED = "noted"  # nothing follows from it
    NOT_OURS = "not ours"  # no token, or a forged one


async def take(database: Database, keys: Keys, raw: bytes, *, to: str = "") -> TakenAs:
    """Take a message in; `to` is its envelope's recipient, if known. Busy if it has to come again later."""
    incoming = await asyncio.to_thread(sort, raw)
    returned = returns.read(keys, f"{to} {incoming.addressed}")
    taken_as = TakenAs.NOT_OURS
    if returned is not None:
        async with database.transaction() as session:
            taken_as = await _take(session, keys, returned, incoming, at=now())
    logger.info("mail came back (%s): %s", incoming.kind, taken_as)
    return taken_as


async def _take(session: AsyncSession, keys: Keys, returned: Returned, incoming: Incoming, *, at: datetime) -> TakenAs:
    submission = await _submission(session, returned)
    if submission is None:
        return TakenAs.NOT_OURS
    if returned.purpose is Purpose.NOTICE:
        return await _notice(session, submission, incoming)
    if incoming.kind is Kind.BOUNCE and returned.purpose is Purpose.BOUNCE:
        return await _bounce(session, keys, submission, returned, incoming, at=at)
    if incoming.kind in answers.KINDS:
        await answers.take_down(session, keys, submission, returned.id, incoming, at=at)
        return TakenAs.ANSWERED
    return TakenAs.NOTED


async def _submission(session: AsyncSession, returned: Returned) -> Submission | None:
    """Return whose it is, locked. Submissions are locked before deliveries and letters, here as everywhere."""
    own: uuid.UUID | None = returned.id
    if returned.purpose is not Purpose.NOTICE:
        own = (await session.exec(select(Letter.submission_id).where(Letter.id == returned.id))).first()
    return await session.get(Submission, own, with_for_update={"key_share": True}) if own else None


async def _bounce(
    session: AsyncSession, keys: Keys, submission: Submission, returned: Returned, incoming: Incoming, *, at: datetime
) -> TakenAs:
    (letter,) = await stages.lock(session, col(Letter.id) == returned.id)
    if letter.stage is Stage.SENDING:
        raise Busy("This letter is just being sent. Please hand this in again in some minutes.")
    if letter.stage is Stage.BOUNCED:
        return TakenAs.NOTED
    words = _words(keys, submission, incoming)
    await addresses.judge(session, keys, letter.office_id, returned.tag, incoming.severity, why=words, at=at)
    if letter.stage is not Stage.SENT:  # sent twice, by bad luck: the other copy is still on its way
        return TakenAs.NOTED
    await stages.move(session, [letter], Stage.BOUNCED, at=at, server_reply=words)
    return TakenAs.BOUNCED


def _words(keys: Keys, submission: Submission, incoming: Incoming) -> str:
    """Return the server's words without anything that tells who the supporter is."""
    if submission.sealed is None:
        return incoming.severity
    supporter, _ = submissions.unseal(keys, submission.id, submission.sealed)
    return kept_words(incoming.words, without=supporter.name)


async def _notice(session: AsyncSession, submission: Submission, incoming: Incoming) -> TakenAs:
    """Write to a supporter's dead address no more: no reminder either, since nobody was asked."""
    if incoming.kind is not Kind.BOUNCE or incoming.severity is not Severity.HARD:
        return TakenAs.NOTED
    submission.consent_contact = submission.consent_copies = submission.consent_answers = False
    waiting = sa.update(Delivery).where(
        col(Delivery.submission_id) == submission.id,
        col(Delivery.letter_id).is_(None),
        col(Delivery.lease).is_(None),
    )
    await session.exec(waiting.values(due_at=None, last_reply="came back"))
    return TakenAs.BOUNCED
