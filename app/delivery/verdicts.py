"""Whether a notice still has something to say when its turn comes. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum, auto

from app.delivery.topics import Topic
from app.models.delivery import Notice
from app.models.letter import Stage
from app.models.prisoner import FREE_OR_DEAD
from app.models.submission import Submission

STILL_LEAVING = frozenset({Stage.QUEUED, Stage.SENDING, Stage.HELD})
WAIT_FOR_LETTERS = timedelta(days=7)  # after confirming; then the supporter hears of what has left by then


class Verdict(Enum):
    SEND = auto()
    LATER = auto()
    OVER = auto()


def verdict(
    notice: Notice | None, submission: Submission, stages: Collection[Stage], topic: Topic, *, at: datetime
) -> Verdict:
    """Return whether to send a notice: what was withdrawn, answered or erased meanwhile is over."""
    if submission.sealed is None or notice is None:
        return Verdict.OVER
    if notice in {Notice.THANKS, Notice.COPY}:
        return _when_all_has_left(notice, submission, stages, at=at)
    still_true = {
        Notice.CONFIRM: Stage.UNCONFIRMED in stages,
        Notice.REMIND: Stage.UNCONFIRMED in stages,
        Notice.OUTCOME: submission.consent_contact and topic.news is not None,
        Notice.UPDATE: submission.consent_contact and topic.news is not None,
        Notice.STOPPED: topic.prisoner is not None and topic.prisoner.status in FREE_OR_DEAD,
        Notice.ANSWER: submission.consent_answers and topic.enclosure is not None,
        Notice.TEST: topic.enclosure is not None,
    }
    return Verdict.SEND if still_true[notice] else Verdict.OVER


def _when_all_has_left(notice: Notice, submission: Submission, stages: Collection[Stage], *, at: datetime) -> Verdict:
    agreed = submission.consent_copies if notice is Notice.COPY else submission.consent_contact
    if not agreed or submission.confirmed_at is None:
        return Verdict.OVER
    if not STILL_LEAVING.isdisjoint(stages) and at < submission.confirmed_at + WAIT_FOR_LETTERS:
        return Verdict.LATER
    return Verdict.SEND if Stage.SENT in stages else Verdict.OVER
