"""The one place where a letter changes its stage: by the table of allowed moves, and with the tally."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.columns import day_in
from app.models.letter import NEXT, AnswerKind, Letter, LetterKind, Reason, Stage
from app.models.office import Channel
from app.rows.asking import among, rows, table_of
from app.rows.prepared import Prepared
from app.rows.updating import UpdateEach
from app.services.counting import tally

AT_ONCE = 1_000  # letters of one statement


class Kept(NamedTuple):
    """What is kept of a letter that has left, or that is refused for good."""

    id: uuid.UUID
    message_id: str | None
    sealed_text: bytes | None
    server_reply: str


class Standing(NamedTuple):
    """Where a letter stands, and by what it is counted."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    brief_id: uuid.UUID
    office_id: uuid.UUID
    prisoner_id: uuid.UUID | None
    country: str
    language: str
    channel: Channel
    stage: Stage
    stage_on: date
    submission_id: uuid.UUID
    kind: LetterKind = LetterKind.PERSONAL
    print_run_id: uuid.UUID | None = None
    answer: AnswerKind | None = None
    answered_at: datetime | None = None
    reason: Reason | None = None
    timezone: str = "UTC"  # the campaign's, in whose days it is counted

    def moved_to(self, stage: Stage, at: datetime) -> "Standing":
        """Where the letter stands once it has been moved."""
        return self._replace(stage=stage, stage_on=day_in(self.timezone, at))


STANDING = (*(col(getattr(Letter, name)) for name in Standing._fields[:-1]), col(Campaign.timezone))


async def lock(session: AsyncSession, *which: sa.ColumnElement[bool]) -> list[Standing]:
    """Return the letters that match, in the order of their ids, held until the transaction ends."""
    found = await rows(session, _standing(*which).with_for_update(key_share=True, of=Letter))
    return [Standing(*row) for row in found]


async def lock_these(session: AsyncSession, ids: Collection[uuid.UUID]) -> list[Standing]:
    """Return the letters with these ids, in their order, held until the transaction ends."""
    return [Standing(*row) for row in await _these.rows(session, ids=list(ids))]


@Prepared
def _these(session: AsyncSession, ids: list[uuid.UUID]) -> sa.Select[Any]:
    return _standing(among(session, col(Letter.id), ids)).with_for_update(key_share=True, of=Letter)


async def lock_of(session: AsyncSession, submission_ids: Collection[uuid.UUID]) -> list[Standing]:
    """Return the letters of these submissions, in the order of their ids, held until the transaction ends."""
    return [Standing(*row) for row in await _of_submissions.rows(session, ids=list(submission_ids))]


@Prepared
def _of_submissions(session: AsyncSession, ids: list[uuid.UUID]) -> sa.Select[Any]:
    own = among(session, col(Letter.submission_id), ids)
    return _standing(own).with_for_update(key_share=True, of=Letter)


async def read(session: AsyncSession, *which: sa.ColumnElement[bool]) -> list[Standing]:
    """Return the letters that match, in the order of their ids."""
    return [Standing(*row) for row in await rows(session, _standing(*which))]


def by_submission(letters: Iterable[Standing]) -> dict[uuid.UUID, list[Standing]]:
    """Return letters by the submission that they belong to."""
    found: dict[uuid.UUID, list[Standing]] = {}
    for letter in letters:
        found.setdefault(letter.submission_id, []).append(letter)
    return found


def _standing(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    standing = sa.select(*STANDING).join(Campaign, col(Campaign.id) == col(Letter.campaign_id))
    return standing.where(*which).order_by(col(Letter.id))


async def move(
    session: AsyncSession,
    letters: Sequence[Standing],
    to: Stage,
    *,
    at: datetime,
    reason: Reason | None = None,
    channel: Channel | None = None,
    kept: Mapping[uuid.UUID, Kept] | None = None,
    **values: object,
) -> None:
    """Move locked letters to one stage, perhaps by another `channel`, and the tally with them.

    `kept` has all of them or none; of the erased nothing is kept. ValueError if the table does not allow it.
    """
    for letter in letters:
        if to not in NEXT[letter.stage]:
            raise ValueError(f"a letter cannot go from {letter.stage} to {to}")
    for day, same_day in by_day(letters, at).items():
        changed = {"stage": to, "stage_on": day, "moved_at": at, "reason": reason, **values}
        changed |= {"channel": channel} if channel else {}
        await _write(session, [letter.id for letter in same_day], changed, kept)
    count(session, letters, to, at=at, channel=channel)


async def _write(
    session: AsyncSession, ids: Sequence[uuid.UUID], changed: Mapping[str, Any], kept: Mapping[uuid.UUID, Kept] | None
) -> None:
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        if kept:
            await _settled(tuple(changed)).execute(session, [kept[id_] for id_ in some], **changed)
        else:
            await _moved(tuple(changed)).rows(session, ids=some, **changed)


@cache
def _moved(names: tuple[str, ...]) -> Prepared:
    def make(session: AsyncSession, ids: list[uuid.UUID], **changed: object) -> sa.Update:
        letters = table_of(Letter)
        return (
            sa.update(letters).where(among(session, letters.c.id, ids)).values({name: changed[name] for name in names})
        )

    return Prepared(make)


@cache
def _settled(names: tuple[str, ...]) -> UpdateEach:
    def change(given: Mapping[str, Any]) -> sa.Update:
        table = table_of(Letter)
        texts = {name: sa.case((table.c.digest.is_not(None), given[name])) for name in Kept._fields[1:]}
        changed = {name: given[name] for name in names}
        return sa.update(table).where(table.c.id == given["id"]).values({**changed, **texts})

    return UpdateEach(Letter, change)


async def leave_word(session: AsyncSession, *which: sa.ColumnElement[bool], reason: Reason | None) -> None:
    """Leave word on what a worker has in hand why it must stop, should it come back. None: it may go on.

    A pause is followed by other words; those that end a letter stay.
    """
    may_change = sa.or_(col(Letter.reason).is_(None), col(Letter.reason) == Reason.CAMPAIGN_PAUSED)
    in_hand = await lock(session, *which, col(Letter.stage) == Stage.SENDING, may_change)
    await _write(session, [letter.id for letter in in_hand], {"reason": reason}, None)


def by_day(letters: Sequence[Standing], at: datetime) -> dict[date, list[Standing]]:
    """Return the letters by the day that it is at an instant in their campaigns' time zones."""
    days = {zone: day_in(zone, at) for zone in {letter.timezone for letter in letters}}
    found: dict[date, list[Standing]] = {}
    for letter in letters:
        found.setdefault(days[letter.timezone], []).append(letter)
    return found


def count(
    session: AsyncSession, letters: Sequence[Standing], to: Stage, *, at: datetime, channel: Channel | None = None
) -> None:
    """Move the tally for letters that go to one stage."""
    for day, same_day in by_day(letters, at).items():
        alike = Counter(map(tally.alike, same_day))
        tally.note(session, ((before, -n) for before, n in alike.items()))
        after = ((each._replace(stage=to, day=day, channel=channel or each.channel), n) for each, n in alike.items())
        tally.note(session, after)
