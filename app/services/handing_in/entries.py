"""Entries: a new submission with its letters and its notice, as the rows with which they begin."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.recipients import Recipient
from app.models.columns import day_in, uuid7
from app.models.delivery import Delivery, Notice
from app.models.idempotency import Idempotency
from app.models.letter import Letter, LetterKind, LetterPublic, Reason, Stage
from app.models.office import Channel
from app.models.submission import CONSENT_WORDING, Submission, SubmissionCreate, SubmissionPublic, SubmissionStatus
from app.rows.writing import Rows, write_together
from app.services import submissions
from app.services.counting import tally
from app.services.handing_in import letters
from app.services.handing_in.idempotency import Answered
from app.services.handing_in.letters import Plan
from app.services.sealing import Keys


class _Submission(NamedTuple):
    id: uuid.UUID
    campaign_id: uuid.UUID
    sealed: bytes
    digest: bytes
    country: str
    language: str
    prisoner_id: uuid.UUID | None
    consent_contact: bool
    consent_copies: bool
    consent_answers: bool
    consent_wording: str
    source: str | None
    first: bool
    created_at: datetime


class _Letter(NamedTuple):
    id: uuid.UUID
    submission_id: uuid.UUID
    campaign_id: uuid.UUID
    brief_id: uuid.UUID
    office_id: uuid.UUID
    prisoner_id: uuid.UUID | None
    country: str
    language: str
    channel: Channel
    stage: Stage
    stage_on: date
    seed: int
    copies: list[str] | None
    digest: bytes
    round: int
    reason: Reason | None
    created_at: datetime
    moved_at: datetime
    kind: LetterKind = LetterKind.PERSONAL


class _Notice(NamedTuple):
    id: uuid.UUID
    submission_id: uuid.UUID
    notice: Notice
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    crashes: int = 0
    uncertain: bool = False


class Entry(NamedTuple):
    """One submission's rows, and what its client is told, as JSON."""

    submission: _Submission
    letters: list[_Letter]
    notice: _Notice
    answer: str


def make(keys: Keys, planned: Plan, body: SubmissionCreate, *, at: datetime) -> Entry:
    """Return the rows of a submission whose letters are planned."""
    submission, day = _submission(keys, planned, body, at=at), day_in(planned.campaign.timezone, at)
    own = [_letter(submission, planned, recipient, day) for recipient in planned.recipients]
    notice = _Notice(uuid7(), submission.id, Notice.CONFIRM, due_at=at, created_at=at)
    return Entry(submission, own, notice, _answer(submission, own, planned.recipients).model_dump_json())


async def write(session: AsyncSession, entries: Sequence[Entry], answers: Sequence[Answered]) -> None:
    """Insert them all with the answers that are kept, and count their letters: in one stroke."""
    new = [letter for entry in entries for letter in entry.letters]
    counted = Counter(map(tally.alike, new))
    await write_together(
        session,
        Rows(Idempotency, sorted(answers)),  # first, in one order: two processes may be asked the same
        Rows(Submission, [entry.submission for entry in entries]),
        Rows(Letter, new),
        Rows(Delivery, [entry.notice for entry in entries]),
        *tally.rows(tally.cells(counted)),
    )


def _submission(keys: Keys, planned: Plan, body: SubmissionCreate, *, at: datetime) -> _Submission:
    submission_id = uuid7()
    return _Submission(
        id=submission_id,
        campaign_id=planned.campaign.id,
        sealed=submissions.seal(keys, submission_id, body),
        digest=keys.digest_of_email(body.supporter.email),
        country=body.supporter.country,
        language=body.language,
        prisoner_id=planned.prisoner_id,
        consent_contact=body.consent.contact,
        consent_copies=body.consent.copies,
        consent_answers=body.consent.answers,
        consent_wording=CONSENT_WORDING,
        source=body.source,
        first=False,
        created_at=at,
    )


def _letter(submission: _Submission, planned: Plan, recipient: Recipient, day: date) -> _Letter:
    return _Letter(
        id=uuid7(),
        submission_id=submission.id,
        campaign_id=submission.campaign_id,
        brief_id=planned.campaign.brief_id,
        office_id=recipient.office.id,
        prisoner_id=submission.prisoner_id,
        country=submission.country,
        language=recipient.language,
        channel=recipient.channel,
        stage=Stage.UNCONFIRMED,
        stage_on=day,
        seed=letters.seed_of(submission.digest, recipient.office.id, planned.round),
        copies=[str(each) for each in planned.copies(recipient)] or None,
        digest=submission.digest,
        round=0,  # confirming decides
        reason=Reason.MODERATION if planned.own.text is not None else None,
        created_at=submission.created_at,
        moved_at=submission.created_at,
    )


def _answer(submission: _Submission, own: Sequence[_Letter], recipients: Sequence[Recipient]) -> SubmissionPublic:
    told = [
        LetterPublic(
            id=letter.id,
            office_id=letter.office_id,
            office=recipient.office.title_in(submission.language),
            language=letter.language,
            channel=letter.channel,
            stage=letter.stage,
            reason=letter.reason,
        )
        for letter, recipient in zip(own, recipients, strict=True)
    ]
    return SubmissionPublic(submission_id=submission.id, status=SubmissionStatus.UNCONFIRMED, letters=told)
