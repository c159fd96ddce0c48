"""Taking submissions in. Those that arrive together share one transaction, and are answered after its commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.database import Database
from app.errors import UnsilencedError
from app.models.columns import now
from app.models.submission import SubmissionCreate
from app.services import campaigns, situations
from app.services.grouping import Groups
from app.services.handing_in import entries, idempotency, letters
from app.services.handing_in.entries import Entry
from app.services.handing_in.idempotency import Answered
from app.services.sealing import Keys
from app.services.situations import Situation


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission at the door; `key` is the digest of its client's Idempotency-Key."""

    slug: str
    body: SubmissionCreate
    key: bytes | None = None


class _Taken(NamedTuple):
    """A submission that is to be written, and its answer as it is kept for repeated requests."""

    entry: Entry
    answered: Answered | None


_Outcome = _Taken | str | Exception


class Intake:
    """Takes submissions in, in groups. Answers are JSON, made once: to be kept, and to be told."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._groups = Groups[Arrival, str](self._take_group, at_once=database.groups_at_once)

    async def submit(self, slug: str, body: SubmissionCreate, *, key: str | None = None) -> str:
        """Take one submission in. Whether this address has written before makes no difference: confirming decides."""
        if key is None:
            return await self._groups.add(Arrival(slug, body))
        scope = f"letters {slug}"
        with idempotency.one_at_a_time(scope, key) as used:
            return await self._groups.add(Arrival(slug, body, used))

    async def _take_group(self, arrivals: Sequence[Arrival]) -> list[str | Exception]:
        """Write a group in one stroke. A refused submission is answered with its refusal, beside the others."""
        async with self._database.stroke() as session:
            there = await situations.read(session, {arrival.slug for arrival in arrivals})
            before = await idempotency.answers_before(session, [each.key for each in arrivals if each.key])
            at = now()
            outcomes = [
                self._take(arrival, there.get(arrival.slug), before.get(arrival.key or b""), at=at)
                for arrival in arrivals
            ]
            taken = [outcome for outcome in outcomes if isinstance(outcome, _Taken)]
            answers = [each.answered for each in taken if each.answered]
            await entries.write(session, [each.entry for each in taken], answers)
        return [outcome.entry.answer if isinstance(outcome, _Taken) else outcome for outcome in outcomes]

    def _take(self, arrival: Arrival, there: Situation | None, before: Answered | None, *, at: datetime) -> _Outcome:
        try:
            request = self._request(arrival)
            if before is not None:
                return idempotency.repeated(before, request)
            if there is None:
                return campaigns.no_campaign()
            entry = entries.make(self._keys, letters.plan(there, arrival.body), arrival.body, at=at)
        except UnsilencedError as refusal:
            return refusal
        return _Taken(entry, Answered(arrival.key, request, entry.answer, at) if arrival.key else None)

    def _request(self, arrival: Arrival) -> bytes:
        """Return the digest by which a request is recognised when its key comes again."""
        return self._keys.digest(b"request", arrival.body.model_dump_json().encode()) if arrival.key else b""
