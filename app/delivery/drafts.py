"""Claims with all that their mails are made of: read, and passed through the gates, in the claiming transaction."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.candidates import live_address
from app.database import database_now, table_of
from app.delivery.claims import Claim
from app.models.campaign import Campaign
from app.models.columns import day_in
from app.models.delivery import Delivery
from app.models.letter import Letter, Reason, Stage
from app.models.office import Office, Official
from app.models.submission import Submission
from app.services import briefs, gates, letters, stages

A_MOMENT = 0.2  # seconds

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter, or one notice about a submission's letters, before it is composed."""

    claim: Claim
    submission: Submission
    brief: BriefContent
    letters: list[Letter]  # one, or for a notice all of the submission's
    holder: Official | None = None
    address: str | None = None  # of the office; a notice goes to the supporter


async def of_letters(session: AsyncSession, claims: Sequence[Claim], *, at: datetime) -> list[Draft]:
    """Return what may leave, now in `sending`. What a gate stops is held or cancelled, and its delivery is over."""
    found = await _by_id(session, Letter, [each.letter_id for each in claims if each.letter_id])
    offices = await _by_id(session, Office, [letter.office_id for letter in found.values()])
    submissions = await _by_id(session, Submission, [each.submission_id for each in claims])
    holders = await letters.holders_of(session, list(offices), on=at.date())
    drafts = [
        Draft(
            claim=each,
            submission=submissions[each.submission_id],
            brief=await briefs.load(session, letter.brief_id),
            letters=[letter],
            holder=holders.get(letter.office_id),
            address=live_address(offices[letter.office_id].emails),
        )
        for each in claims
        if each.letter_id is not None and (letter := found[each.letter_id]) is not None
    ]
    campaign_ids = {draft.submission.campaign_id for draft in drafts}
    campaigns = await gates.campaigns_held(session, campaign_ids, wait=False)
    await _put_back(session, [draft.claim for draft in drafts if draft.submission.campaign_id not in campaigns])
    drafts = [draft for draft in drafts if draft.submission.campaign_id in campaigns]
    shut = await _shut(session, drafts, campaigns, today=at.date())
    await _stop(session, [draft for draft in drafts if draft.claim.id in shut], shut, at=at)
    open_ = [draft for draft in drafts if draft.claim.id not in shut]
    locked = await stages.lock(session, col(Letter.id).in_([draft.letters[0].id for draft in open_]))
    await stages.move(session, [letter for letter in locked if letter.stage is Stage.QUEUED], Stage.SENDING, at=at)
    return open_


async def of_notices(session: AsyncSession, claims: Sequence[Claim]) -> list[Draft]:
    """Return the notices that still have something to ask; the others are over."""
    ids = [each.submission_id for each in claims]
    submissions = await _by_id(session, Submission, ids)
    about: dict[uuid.UUID, list[Letter]] = {}
    for letter in await session.exec(select(Letter).where(col(Letter.submission_id).in_(ids)).order_by(col(Letter.id))):
        about.setdefault(letter.submission_id, []).append(letter)
    drafts = [
        Draft(each, submissions[each.submission_id], await briefs.load(session, own[0].brief_id), own)
        for each in claims
        if (own := about[each.submission_id]) and any(letter.stage is Stage.UNCONFIRMED for letter in own)
    ]
    wanted = {draft.claim.id for draft in drafts}
    await _end(session, [each for each in claims if each.id not in wanted])
    return drafts


async def _shut(
    session: AsyncSession, drafts: Sequence[Draft], campaigns: Mapping[uuid.UUID, Campaign], *, today: date
) -> dict[uuid.UUID, Reason]:
    """Return why single deliveries must not leave, by their id."""
    reasons: dict[uuid.UUID, Reason] = {}
    for campaign in campaigns.values():
        own = [draft for draft in drafts if draft.submission.campaign_id == campaign.id]
        prisoner_ids = {prisoner.id for draft in own for prisoner in draft.brief.prisoners}
        office_ids = {draft.letters[0].office_id for draft in own}
        state = await gates.state(session, campaign, prisoner_ids=prisoner_ids, office_ids=office_ids)
        reasons |= {draft.claim.id: reason for draft in own if (reason := _against(state, draft, today=today))}
    return reasons


def _against(state: gates.State, draft: Draft, *, today: date) -> Reason | None:
    (letter,) = draft.letters
    if letter.stage not in {Stage.QUEUED, Stage.SENDING} or draft.submission.sealed is None:
        return Reason.BY_SUPPORTER
    about = [prisoner.id for prisoner in draft.brief.about(letter.prisoner_id)]
    return gates.against(state, country=letter.country, prisoner_ids=about, today=today) or gates.against_office(
        state, letter.office_id, letter.channel
    )


async def _stop(session: AsyncSession, drafts: Sequence[Draft], shut: dict[uuid.UUID, Reason], *, at: datetime) -> None:
    for draft in drafts:
        reason = shut[draft.claim.id]
        to = Stage.HELD if reason is Reason.CAMPAIGN_PAUSED else Stage.CANCELLED
        locked = await stages.lock(session, col(Letter.id) == draft.letters[0].id)
        for path in [Stage.QUEUED, to] if locked[0].stage is Stage.SENDING else [to]:
            if locked[0].stage in {Stage.SENDING, Stage.QUEUED}:
                await stages.move(session, locked, path, at=at, reason=reason)
                locked = [letter._replace(stage=path, stage_on=day_in(letter.timezone, at)) for letter in locked]
    await _end(session, [draft.claim for draft in drafts])


async def _put_back(session: AsyncSession, claims: Sequence[Claim]) -> None:
    """Give claims back for a moment, as if they had not been made: their campaign is being changed right now."""
    back = sa.update(Delivery).where(col(Delivery.id).in_([each.id for each in claims]))
    await session.exec(back.values(due_at=database_now(A_MOMENT), lease=None, attempts=Delivery.attempts - 1))


async def _end(session: AsyncSession, claims: Sequence[Claim]) -> None:
    over = sa.update(Delivery).where(col(Delivery.id).in_([each.id for each in claims]))
    await session.exec(over.values(due_at=None, lease=None))


async def _by_id(session: AsyncSession, table: type[Row], ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Row]:
    key = table_of(table).c.id
    rows = await session.exec(select(table).where(key.in_(set(ids))))
    return {row.id: row for row in rows}  # type: ignore[attr-defined]
