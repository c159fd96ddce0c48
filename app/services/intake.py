"""Taking submissions in. One transaction writes the submission, its letters, the tally and the notice."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.recipients import Recipient
from app.database import Database, execute_many, table_of
from app.models.columns import uuid7
from app.models.delivery import Delivery, Notice
from app.models.letter import Letter, Stage
from app.models.submission import CONSENT_WORDING, Submission, SubmissionCreate, SubmissionPublic
from app.services import campaigns, idempotency, letters, submissions, tally
from app.services.sealing import Keys


async def submit(
    database: Database, keys: Keys, slug: str, body: SubmissionCreate, *, idempotency_key: str | None = None
) -> SubmissionPublic:
    """Take one submission in. Whether this address has written before makes no difference here: confirming decides."""
    if idempotency_key is None:
        async with database.transaction() as session:
            return await _take(session, keys, slug, body)
    scope = f"letters {slug}"
    with idempotency.one_at_a_time(scope, idempotency_key):
        async with database.transaction() as session:
            return await _take_once(session, keys, slug, body, scope=scope, key=idempotency_key)


async def _take_once(
    session: AsyncSession, keys: Keys, slug: str, body: SubmissionCreate, *, scope: str, key: str
) -> SubmissionPublic:
    request = keys.digest(b"request", body.model_dump_json().encode())
    before = await idempotency.answer_before(session, scope, key, request)
    if before is not None:
        return SubmissionPublic.model_validate(before)
    taken = await _take(session, keys, slug, body)
    await idempotency.remember(session, scope, key, taken.model_dump(mode="json"))
    return taken


async def _take(session: AsyncSession, keys: Keys, slug: str, body: SubmissionCreate) -> SubmissionPublic:
    planned = await letters.plan(session, await campaigns.public(session, slug), body)
    submission = _submission(keys, planned, body)
    rows = [_letter(planned, submission, recipient) for recipient in planned.recipients]
    await _insert(session, Submission, [submission])
    await _insert(session, Letter, rows)
    await _insert(
        session, Delivery, [Delivery(submission_id=submission.id, notice=Notice.CONFIRM, due_at=submission.created_at)]
    )
    tally.note(session, (cell for row in rows for cell in tally.change(row, row.stage, row.stage_on, by=+1)))
    return submissions.answer(submission, planned.brief, rows)


def _submission(keys: Keys, planned: letters.Plan, body: SubmissionCreate) -> Submission:
    submission_id = uuid7()
    return Submission(
        id=submission_id,
        campaign_id=planned.campaign.id,
        sealed=submissions.seal(keys, submission_id, body),
        digest=keys.digest_of_email(body.supporter.email),
        country=body.supporter.country,
        language=body.language,
        prisoner_id=planned.prisoner_id,
        consent_contact=body.consent.contact,
        consent_wording=CONSENT_WORDING,
        source=body.source,
    )


def _letter(planned: letters.Plan, submission: Submission, recipient: Recipient) -> Letter:
    assert submission.digest is not None  # noqa: S101 - made a line ago
    return Letter(
        id=uuid7(),
        submission_id=submission.id,
        campaign_id=planned.campaign.id,
        brief_id=planned.brief_id,
        office_id=recipient.office.id,
        prisoner_id=planned.prisoner_id,
        country=submission.country,
        language=recipient.language,
        channel=recipient.channel,
        stage=Stage.UNCONFIRMED,
        stage_on=submission.created_at.date(),
        seed=letters.seed_of(submission.digest, recipient.office.id),
        digest=submission.digest,
        created_at=submission.created_at,
        moved_at=submission.created_at,
    )


async def _insert(session: AsyncSession, table: type[SQLModel], rows: Sequence[SQLModel]) -> None:
    await execute_many(session, sa.insert(table_of(table)), [row.model_dump() for row in rows])
