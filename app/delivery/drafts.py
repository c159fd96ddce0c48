"""Claims with all that their mails are made of."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.candidates import live_address
from app.composing.joint import Endorser
from app.delivery.claims import Claim
from app.delivery.topics import Topic
from app.models.campaign import Campaign
from app.models.letter import Letter, LetterKind
from app.models.office import Channel, Office
from app.models.official import Holder
from app.models.submission import Submission
from app.rows.asking import among
from app.rows.prepared import Prepared
from app.services import briefs
from app.services.counting import stages
from app.services.counting.stages import Standing
from app.services.endorsing import listing
from app.services.offices.holders import holders_of

MOST_CRASHES = 3  # workers that one delivery may take with it
_STANDING = len(Standing._fields)


class Own(NamedTuple):
    """What a letter is made from that is its own; `sealed` is its submission's."""

    id: uuid.UUID
    kind: LetterKind
    prisoner_id: uuid.UUID | None
    language: str
    seed: int
    copies: list[str] | None
    sealed: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be sent, before it is composed."""

    claim: Claim
    brief: BriefContent
    address: str | None = None  # of the office; a notice goes to the supporter
    fallback: Channel | None = None  # by which the office takes letters, but for e-mail


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDraft(Draft):
    own: Own
    standing: Standing  # when it was claimed
    holder: Holder | None
    endorsers: tuple[Endorser, ...] = ()  # who sign a joint letter


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft(Draft):
    submission: Submission
    letters: list[Letter]
    topic: Topic


async def read(session: AsyncSession, claims: Sequence[Claim], *, today: date) -> list[LetterDraft]:
    """Read the letters, locked, with all that they are made of."""
    found = await _letters.rows(session, ids=[each.letter_id for each in claims if each.letter_id])
    standing = {row[0]: Standing(*row[:_STANDING]) for row in found}
    own = {row[0]: _own(standing[row[0]], row[_STANDING:]) for row in found}
    addresses = await _addresses(session, {each.office_id for each in standing.values()})
    holders = await holders_of(session, list(addresses), on=today)
    known = {id_: await briefs.load(session, id_) for id_ in {each.brief_id for each in standing.values()}}
    alike = {_office(each): each for each in standing.values()}
    fallbacks = {office: _fallback(known[each.brief_id], each) for office, each in alike.items()}
    joint = {each.brief_id for each in standing.values() if each.kind is LetterKind.JOINT}
    endorsers = await listing.signed(session, {id_: known[id_] for id_ in joint})
    return [
        LetterDraft(
            claim=each,
            brief=known[letter.brief_id],
            address=addresses[letter.office_id],
            fallback=fallbacks[_office(letter)],
            own=own[letter.id],
            standing=letter,
            holder=holders.get(letter.office_id),
            endorsers=endorsers.get(letter.brief_id, ()) if letter.kind is LetterKind.JOINT else (),
        )
        for each in claims
        if each.letter_id and (letter := standing[each.letter_id])
    ]


@Prepared
def _letters(session: AsyncSession, ids: list[uuid.UUID]) -> sa.Select[Any]:
    copies = sa.case((sa.cast(col(Letter.copies), sa.Text()) != "null", col(Letter.copies)))  # mostly there are none
    found = sa.select(*stages.STANDING, col(Letter.seed), copies, col(Submission.sealed))
    found = found.join(Campaign, col(Campaign.id) == col(Letter.campaign_id))
    found = found.join(Submission, col(Submission.id) == col(Letter.submission_id))
    which = found.where(among(session, col(Letter.id), ids)).order_by(col(Letter.id))
    return which.with_for_update(key_share=True, of=Letter)


def _own(letter: Standing, rest: tuple[Any, ...]) -> Own:
    return Own(letter.id, letter.kind, letter.prisoner_id, letter.language, *rest)


def _office(letter: Standing) -> tuple[uuid.UUID, uuid.UUID, LetterKind]:
    return letter.brief_id, letter.office_id, letter.kind


async def _addresses(session: AsyncSession, office_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str | None]:
    return {id_: live_address(emails) for id_, emails in await _emails.rows(session, ids=list(office_ids))}


@Prepared
def _emails(session: AsyncSession, ids: list[uuid.UUID]) -> sa.Select[Any]:
    return sa.select(col(Office.id), col(Office.emails)).where(among(session, col(Office.id), ids))


def _fallback(brief: BriefContent, letter: Standing) -> Channel | None:
    """Return how the office takes letters otherwise; a joint one is not typed into forms."""
    office = brief.office(letter.office_id)
    others = {Channel.POST} if letter.kind is LetterKind.JOINT else {Channel.POST, Channel.WEB_FORM}
    return next((each for each in office.channels if each in others), None) if office else None
