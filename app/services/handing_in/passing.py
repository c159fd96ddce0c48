"""Passing submissions on: decided about one by one, written down together."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import UnsilencedError
from app.models.columns import day_in, uuid7
from app.models.delivery import Delivery, Notice
from app.models.letter import WRITTEN, Letter, Reason, Stage
from app.models.submission import FIRST, Submission, SubmissionPublic
from app.rows.asking import among, matching, table_of
from app.rows.prepared import Prepared
from app.rows.writing import insert_rows
from app.services import briefs, gates, rounds, submissions
from app.services.counting import stages, tally
from app.services.handing_in import decisions
from app.services.handing_in.decisions import Case, Decision, Handed, Once
from app.services.situations import Appeal

Answer = SubmissionPublic | Exception  # or why it stays where it is

THANKS_AFTER = timedelta(minutes=1)  # the first look whether all has left


class _Delivery(NamedTuple):
    id: uuid.UUID
    submission_id: uuid.UUID
    due_at: datetime | None
    created_at: datetime
    letter_id: uuid.UUID | None = None
    campaign_id: uuid.UUID | None = None
    office_id: uuid.UUID | None = None
    notice: Notice | None = None
    attempts: int = 0
    crashes: int = 0
    uncertain: bool = False


class _Person(NamedTuple):
    """Somebody in a campaign."""

    campaign_id: uuid.UUID
    digest: bytes | None


class _Before(NamedTuple):
    """What people have written before, of what they would write now, and who of them has confirmed."""

    written: set[Once]
    known: set[_Person]


async def on(
    session: AsyncSession, new: Sequence[Handed], campaigns: Mapping[uuid.UUID, Appeal], *, at: datetime
) -> dict[uuid.UUID, Answer]:
    """Send submissions on their way that are held, with their people and campaigns. Return the answers."""
    if not new:
        return {}
    cases = await _cases(session, new, campaigns, at=at)
    before = await _before(session, cases)
    decided = _decide(cases, before.written, at=at)
    passed = [(case, found) for case, found in zip(cases, decided, strict=True) if isinstance(found, list)]
    await _move(session, [decision for _, found in passed for decision in found], at=at)
    await _deliver(session, passed, at=at)
    zones = {campaign.id: campaign.timezone for campaign in campaigns.values()}
    await _confirm(session, [case.handed for case, _ in passed], before.known, zones, at=at)
    return {
        case.handed.id: _answer(case, found, at=at) if isinstance(found, list) else found
        for case, found in zip(cases, decided, strict=True)
    }


async def _cases(
    session: AsyncSession, new: Sequence[Handed], campaigns: Mapping[uuid.UUID, Appeal], *, at: datetime
) -> list[Case]:
    letters = stages.by_submission(await stages.lock_of(session, [each.id for each in new]))
    contents = [await briefs.load(session, letters[each.id][0].brief_id) for each in new]
    around = await gates.around(
        session,
        prisoner_ids={prisoner.id for brief in contents for prisoner in brief.prisoners},
        office_ids={letter.office_id for each in new for letter in letters[each.id]},
    )
    states = {campaign.id: gates.State(campaign, *around) for campaign in campaigns.values()}
    times = {campaign.id: rounds.round_on(campaign, at.date()) for campaign in campaigns.values()}
    return [
        Case(each, letters[each.id], brief, states[each.campaign_id], times[each.campaign_id])
        for each, brief in zip(new, contents, strict=True)
    ]


async def _before(session: AsyncSession, cases: Sequence[Case]) -> _Before:
    asked = {case.once(letter) for case in cases for letter in case.letters}
    people = {_Person(case.handed.campaign_id, case.handed.digest) for case in cases}
    found = await _of_them.rows(session, asked=_plain(asked), people=_plain(people))
    written = {Once(*row) for row in found if row[1] is not None}
    return _Before(written, {_Person(campaign, digest) for campaign, office, digest, _ in found if office is None})


def _plain(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sorted(rows)]


@Prepared
def _of_them(session: AsyncSession, asked: list[Once], people: list[_Person]) -> sa.CompoundSelect[Any]:
    """In one round trip: what was written, and, as rows without an office, who has confirmed."""
    letters, submissions_ = table_of(Letter).c, table_of(Submission).c
    columns = [letters[name] for name in Once._fields]
    written = sa.select(*columns).where(matching(session, columns, asked), WRITTEN)
    person = [submissions_[name] for name in _Person._fields]
    known = sa.select(person[0], sa.null(), person[1], sa.null()).where(matching(session, person, people), FIRST)
    return sa.union_all(written, known)


def _decide(cases: Sequence[Case], written: set[Once], *, at: datetime) -> list[list[Decision] | Exception]:
    """Decide in order, since a person may stand there twice."""
    decided: list[list[Decision] | Exception] = []
    for case in cases:
        try:
            found = decisions.decide(case, written, at=at)
        except UnsilencedError as refusal:
            decided.append(refusal)
        else:
            written |= {each.once for each in found if each.is_written}
            decided.append(found)
    return decided


async def _move(session: AsyncSession, decided: Iterable[Decision], *, at: datetime) -> None:
    groups: dict[tuple[Stage, Reason | None, int], list[stages.Standing]] = {}
    for each in decided:
        groups.setdefault((each.to, each.reason, each.once.round), []).append(each.letter)
    for (to, reason, round_), letters in groups.items():
        await stages.move(session, letters, to, at=at, reason=reason, round=round_)


async def _deliver(session: AsyncSession, passed: Sequence[tuple[Case, list[Decision]]], *, at: datetime) -> None:
    """Queue the letters that go by e-mail, and a look whether all have left, to thank their supporter."""
    by_email = [_delivery(each, at=at) for _, decided in passed for each in decided if each.wants_delivery]
    promised = [(case.handed.id, decisions.thanks(case, decided)) for case, decided in passed]
    thanks = [_thanks(submission_id, notice, at=at) for submission_id, notice in promised if notice]
    await insert_rows(session, Delivery, [*by_email, *thanks])


def _delivery(decision: Decision, *, at: datetime) -> _Delivery:
    letter, due_at = decision.letter, at if decision.to is Stage.QUEUED else None
    return _Delivery(uuid7(), letter.submission_id, due_at, at, letter.id, letter.campaign_id, letter.office_id)


def _thanks(submission_id: uuid.UUID, notice: Notice, *, at: datetime) -> _Delivery:
    return _Delivery(uuid7(), submission_id, at + THANKS_AFTER, at, notice=notice)


async def _confirm(
    session: AsyncSession,
    passed: Sequence[Handed],
    known: AbstractSet[_Person],
    zones: Mapping[uuid.UUID, str],
    *,
    at: datetime,
) -> None:
    """Mark them confirmed, and count their people, each once in a campaign."""
    if not passed:
        return
    people = {_Person(each.campaign_id, each.digest): each for each in reversed(passed)}
    new = [each for person, each in people.items() if person not in known]
    firsts = [each.id for each in new]
    await _confirmed.rows(session, ids=[each.id for each in passed], firsts=firsts, at=at)
    await _keep_wishes(session, [each for each in passed if each.id not in firsts])
    for each in new:
        tally.note_person(session, each.campaign_id, each.country, day_in(zones[each.campaign_id], at))


@Prepared
def _confirmed(session: AsyncSession, ids: list[uuid.UUID], firsts: list[uuid.UUID], at: datetime) -> sa.Update:
    table = table_of(Submission)
    confirmed = sa.update(table).where(among(session, table.c.id, ids))
    return confirmed.values(confirmed_at=at, first=among(session, table.c.id, firsts))


async def _keep_wishes(session: AsyncSession, again: Sequence[Handed]) -> None:
    """Keep a person's wish to hear of the campaign in one place: with the first that they confirmed."""
    wishing = {(each.campaign_id, each.digest) for each in again if each.consent_contact}
    if wishing:
        table = table_of(Submission)
        theirs = matching(session, [table.c.campaign_id, table.c.digest], sorted(wishing))
        await session.exec(sa.update(table).where(theirs, FIRST).values(consent_contact=True))


def _answer(case: Case, decided: Sequence[Decision], *, at: datetime) -> SubmissionPublic:
    moved = {each.letter.id: each for each in decided}
    letters = [
        letter._replace(stage=moved[letter.id].to, reason=moved[letter.id].reason) if letter.id in moved else letter
        for letter in case.letters
    ]
    return submissions.told(case.handed._replace(confirmed_at=at), case.brief, letters)
