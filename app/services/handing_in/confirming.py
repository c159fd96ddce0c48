"""Confirming in groups: those that arrive together share one transaction, and are answered after its commit."""

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import Database, one_at_a_time
from app.errors import Busy
from app.models.columns import now
from app.models.letter import Letter
from app.models.submission import Submission, SubmissionPublic
from app.rows.asking import among, table_of
from app.rows.prepared import waiting_or_not
from app.services import briefs, situations, submissions
from app.services.counting import stages
from app.services.grouping import Groups
from app.services.handing_in import passing
from app.services.handing_in.decisions import Handed
from app.services.handing_in.passing import Answer
from app.services.sealing import Keys, unknown_link
from app.services.situations import Appeal


class HeldElsewhere(Busy):
    """Somebody else's transaction holds the submission, its person or its campaign at this moment."""


class _Held(NamedTuple):
    """Submissions that nobody else can change before this transaction ends."""

    new: list[Handed]
    confirmed: list[Handed]  # before
    campaigns: dict[uuid.UUID, Appeal]


class Confirmations:
    """Sends submissions on their way, in groups. Who would have to wait for somebody else waits in a lane apart."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._swift = Groups[uuid.UUID, SubmissionPublic](
            partial(self._confirm_group, wait=False), at_once=database.groups_at_once
        )
        self._patient = Groups[uuid.UUID, SubmissionPublic](partial(self._confirm_group, wait=True))

    async def confirm(self, token: str) -> SubmissionPublic:
        """Send a submission on its way. Again: the same answer, and nothing twice."""
        submission_id = self._keys.submission_of(token)
        try:
            return await self._swift.add(submission_id)
        except HeldElsewhere:
            return await self._patient.add(submission_id)

    async def _confirm_group(self, ids: Sequence[uuid.UUID], *, wait: bool) -> list[Answer]:
        async with self._database.transaction() as session:
            held = await _hold(session, set(ids), wait=wait)
            answers = await passing.on(session, held.new, held.campaigns, at=now())
            answers |= await _again(session, held.confirmed)
        return [answers.get(id_) or _missing(wait=wait) for id_ in ids]


async def _hold(session: AsyncSession, ids: set[uuid.UUID], *, wait: bool) -> _Held:
    """Lock submissions, then their people, then their campaigns: in one order here as everywhere."""
    found = [each for each in await _submissions(session, ids, wait=wait) if each.erased_at is None]
    new = [each for each in found if each.confirmed_at is None]
    people = await one_at_a_time(session, (each.digest for each in new if each.digest), wait=wait)
    campaigns = await situations.held(session, {each.campaign_id for each in new}, wait=wait)
    ours = [each for each in new if each.digest in people and each.campaign_id in campaigns]
    return _Held(ours, [each for each in found if each.confirmed_at is not None], campaigns)


async def _submissions(session: AsyncSession, ids: set[uuid.UUID], *, wait: bool) -> list[Handed]:
    found = await _lock[wait].rows(session, ids=list(ids))
    return [Handed(*row) for row in found]


@waiting_or_not
def _lock(session: AsyncSession, ids: list[uuid.UUID], *, wait: bool) -> sa.Select[Any]:
    table = table_of(Submission)
    which = sa.select(*(table.c[name] for name in Handed._fields)).where(among(session, table.c.id, ids))
    return which.order_by(table.c.id).with_for_update(key_share=True, skip_locked=not wait)


async def _again(session: AsyncSession, confirmed: Sequence[Handed]) -> dict[uuid.UUID, Answer]:
    """Answer for those that were confirmed before, as their letters stand now."""
    if not confirmed:
        return {}
    own = among(session, col(Letter.submission_id), [each.id for each in confirmed])
    letters = stages.by_submission(await stages.read(session, own))
    return {
        each.id: submissions.told(each, await briefs.load(session, letters[each.id][0].brief_id), letters[each.id])
        for each in confirmed
    }


def _missing(*, wait: bool) -> Exception:
    """Return the answer where there is no row to hold: erased, unless somebody else holds it."""
    return unknown_link() if wait else HeldElsewhere("This link is in use at this moment. Please try again.")
