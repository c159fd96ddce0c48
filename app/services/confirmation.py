"""What a supporter's link stands for, and until when it can be confirmed."""

import uuid
from datetime import timedelta

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.errors import Gone
from app.models.letter import Letter
from app.models.submission import Submission, SubmissionPublic
from app.services import briefs, stages, submissions
from app.services.sealing import Keys, unknown_link

TIME_TO_CONFIRM = timedelta(days=7)
THANKS_AFTER = timedelta(minutes=1)  # the first look whether all has left


def stopped() -> Gone:
    """Return the answer where there is nothing left to confirm."""
    return Gone("These letters were stopped before they were confirmed. Nothing was sent.")


def too_late() -> Gone:
    """Return the answer when the time to confirm is over."""
    return Gone("This link was good for seven days. Please hand your letters in once more.")


async def look(session: AsyncSession, keys: Keys, token: str) -> tuple[Submission, BriefContent, SubmissionPublic]:
    """Return what a link stands for. Changes nothing."""
    submission = await _find(session, keys.submission_of(token))
    return submission, *await _answer(session, submission)


async def _find(session: AsyncSession, submission_id: uuid.UUID) -> Submission:
    submission = await session.get(Submission, submission_id)
    if submission is None or submission.erased_at is not None:
        raise unknown_link()
    return submission


async def _answer(session: AsyncSession, submission: Submission) -> tuple[BriefContent, SubmissionPublic]:
    letters = await stages.read(session, col(Letter.submission_id) == submission.id)
    brief = await briefs.load(session, letters[0].brief_id)
    return brief, submissions.told(submission, brief, letters)
