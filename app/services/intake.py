"""Taking submissions in. Those that arrive together share one transaction, and are answered after its commit."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.recipients import Recipient
from app.database import Database, execute_many, table_of
from app.errors import UnsilencedError
from app.models.columns import day_in, now, uuid7
from app.models.delivery import Delivery, Notice
from app.models.letter import Letter, LetterPublic, Reason, Stage
from app.models.office import Channel
from app.models.submission import CONSENT_WORDING, Submission, SubmissionCreate, SubmissionPublic, SubmissionStatus
from app.services import campaigns, idempotency, letters, submissions, tally
from app.services.grouping import Groups
from app.services.sealing import Keys


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission at the door."""

    slug: str
    body: SubmissionCreate
    key: str | None = None  # the client's Idempotency-Key


class Intake:
    """Takes submissions in, in groups."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._groups = Groups[Arrival, SubmissionPublic](self._take_group)

    async def submit(self, slug: str, body: SubmissionCreate, *, key: str | None = None) -> SubmissionPublic:
        """Take one submission in. Whether this address has written before makes no difference: confirming decides."""
        arrival = Arrival(slug, body, key)
        if key is None:
            return await self._groups.add(arrival)
        with idempotency.one_at_a_time(_scope(arrival), key):
            return await self._groups.add(arrival)

    async def _take_group(self, arrivals: Sequence[Arrival]) -> list[SubmissionPublic | Exception]:
        """Write a group in one transaction. A refused submission is answered with its refusal, beside the others."""
        async with self._database.transaction() as session:
            group = _Group(session, self._keys, now())
            outcomes = [await group.take(arrival) for arrival in arrivals]
            await group.write()
        return outcomes


class _NewLetter(NamedTuple):
    """A letter as it begins; all columns that are not empty."""

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


class _Taken(NamedTuple):
    """One submission with its letters, and what its client is told."""

    submission: dict[str, Any]
    letters: list[_NewLetter]
    answer: SubmissionPublic


class _Group:
    """Submissions that are written in one transaction."""

    def __init__(self, session: AsyncSession, keys: Keys, at: datetime) -> None:
        self._session = session
        self._keys = keys
        self._at = at
        self._situations: dict[str, letters.Situation] = {}
        self._taken: list[_Taken] = []

    async def take(self, arrival: Arrival) -> SubmissionPublic | Exception:
        """Return the answer to one submission, or its refusal."""
        try:
            return await self._answer(arrival)
        except UnsilencedError as refusal:
            return refusal

    async def write(self) -> None:
        """Insert everything that was taken, and count it."""
        new = [letter for taken in self._taken for letter in taken.letters]
        sent = [taken.submission for taken in self._taken]
        notices = [
            {"id": uuid7(), "submission_id": row["id"], "notice": Notice.CONFIRM, "due_at": self._at} for row in sent
        ]
        await execute_many(self._session, sa.insert(table_of(Submission)), sent)
        await execute_many(self._session, sa.insert(table_of(Letter)), [letter._asdict() for letter in new])
        await execute_many(self._session, sa.insert(table_of(Delivery)), notices)
        tally.note(
            self._session, (cell for each in new for cell in tally.change(each, each.stage, each.stage_on, by=+1))
        )

    async def _answer(self, arrival: Arrival) -> SubmissionPublic:
        if arrival.key is None:
            taken = await self._plan(arrival)
        else:
            request = self._keys.digest(b"request", arrival.body.model_dump_json().encode())
            before = await idempotency.answer_before(self._session, _scope(arrival), arrival.key, request)
            if before is not None:
                return SubmissionPublic.model_validate(before)
            taken = await self._plan(arrival)
            answer = taken.answer.model_dump(mode="json")
            await idempotency.remember(self._session, _scope(arrival), arrival.key, request, answer)
        self._taken.append(taken)
        return taken.answer

    async def _plan(self, arrival: Arrival) -> _Taken:
        if arrival.slug not in self._situations:  # read once for all submissions to a campaign
            campaign = await campaigns.public(self._session, arrival.slug)
            self._situations[arrival.slug] = await letters.situation(self._session, campaign)
        return self._make(arrival.body, letters.plan(self._situations[arrival.slug], arrival.body))

    def _make(self, body: SubmissionCreate, planned: letters.Plan) -> _Taken:
        submission = self._submission(body, planned)
        new = [self._letter(submission, planned, recipient) for recipient in planned.recipients]
        pairs = zip(new, planned.recipients, strict=True)
        answer = SubmissionPublic(
            submission_id=submission["id"],
            status=SubmissionStatus.UNCONFIRMED,
            letters=[_public(letter, recipient, body.language) for letter, recipient in pairs],
        )
        return _Taken(submission, new, answer)

    def _submission(self, body: SubmissionCreate, planned: letters.Plan) -> dict[str, Any]:
        submission_id = uuid7()
        return {
            "id": submission_id,
            "campaign_id": planned.campaign.id,
            "sealed": submissions.seal(self._keys, submission_id, body),
            "digest": self._keys.digest_of_email(body.supporter.email),
            "country": body.supporter.country,
            "language": body.language,
            "prisoner_id": planned.prisoner_id,
            "consent_contact": body.consent.contact,
            "consent_copies": body.consent.copies,
            "consent_answers": body.consent.answers,
            "consent_wording": CONSENT_WORDING,
            "source": body.source,
            "first": False,
            "created_at": self._at,
        }

    def _letter(self, submission: dict[str, Any], planned: letters.Plan, recipient: Recipient) -> _NewLetter:
        return _NewLetter(
            id=uuid7(),
            submission_id=submission["id"],
            campaign_id=planned.campaign.id,
            brief_id=planned.brief_id,
            office_id=recipient.office.id,
            prisoner_id=planned.prisoner_id,
            country=submission["country"],
            language=recipient.language,
            channel=recipient.channel,
            stage=Stage.UNCONFIRMED,
            stage_on=day_in(planned.campaign.timezone, self._at),
            seed=letters.seed_of(submission["digest"], recipient.office.id),
            copies=[str(each) for each in planned.copies(recipient)] or None,
            digest=submission["digest"],
            round=0,  # confirming decides
            reason=Reason.MODERATION if planned.own.text is not None else None,
            created_at=self._at,
            moved_at=self._at,
        )


def _public(letter: _NewLetter, recipient: Recipient, language: str) -> LetterPublic:
    return LetterPublic(
        id=letter.id,
        office_id=letter.office_id,
        office=recipient.office.title_in(language),
        language=letter.language,
        channel=letter.channel,
        stage=letter.stage,
        reason=letter.reason,
    )


def _scope(arrival: Arrival) -> str:
    return f"letters {arrival.slug}"
