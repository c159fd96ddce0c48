"""The joint letter, started by an organiser: from then on it travels like any other, and is counted by its own kind."""

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import joint
from app.composing.brief import BriefContent, BriefOffice
from app.composing.joint import Endorser
from app.composing.sender import Supporter
from app.errors import Conflict, FieldError, Invalid, invalid
from app.models.campaign import Campaign
from app.models.columns import day_in, now, uuid7
from app.models.delivery import Delivery
from app.models.joint_letter import JointLetter, JointLetterCreate, JointLetters
from app.models.letter import WRITTEN, Letter, LetterKind, Reason, Stage
from app.models.office import Channel
from app.models.submission import CONSENT_WORDING, Submission
from app.services import briefs, gates, letters, rounds, tally
from app.services.endorsing import listing
from app.services.sealing import Keys
from app.services.team import audit

NOWHERE = "ZZ"  # Unicode's region for what has no country: the organisations come from many
GONE_OUT = "The joint letter has gone out to these offices already: to each office it goes once in a round."
TO_NOBODY = "It cannot go to any of these offices. The dry run tells why, office by office."


class Planned(NamedTuple):
    """The letter to one office before it exists, or why there is none."""

    office: BriefOffice
    language: str | None
    channel: Channel | None
    reason: Reason | None


async def start(
    session: AsyncSession, keys: Keys, campaign: Campaign, body: JointLetterCreate, *, dry_run: bool
) -> JointLetters:
    """Write to each office in the name of all that have signed, or show what would leave."""
    if campaign.brief_id is None:
        raise Conflict("The campaign is a draft: publish it first.")
    brief, at = await briefs.load(session, campaign.brief_id), now()
    signed = (await listing.signed(session, [campaign.id]))[campaign.id]
    if not signed:
        raise Conflict("No organisation has signed the campaign yet: there is nobody to write a joint letter.")
    planned = await _plan(session, keys, campaign, brief, body, at=at)
    written = [] if dry_run else await _write(session, keys, campaign, brief, body, planned, signed=len(signed), at=at)
    return JointLetters(
        endorsers=len(signed), dry_run=dry_run, letters=await _shown(session, brief, planned, written, signed)
    )


async def _plan(
    session: AsyncSession,
    keys: Keys,
    campaign: Campaign,
    brief: BriefContent,
    body: JointLetterCreate,
    *,
    at: datetime,
) -> list[Planned]:
    offices = list(_chosen(brief, body.office_ids))
    about = [prisoner.id for prisoner in brief.prisoners]
    ids = [office.id for office in offices]
    state = await gates.state(session, campaign, prisoner_ids=about, office_ids=ids)
    shut = gates.against(state, country=NOWHERE, prisoner_ids=about, today=at.date())
    before = await _written_before(session, keys, campaign, at=at)
    return [_planned(brief, state, office, Reason.DUPLICATE if office.id in before else shut) for office in offices]


def _chosen(brief: BriefContent, office_ids: list[uuid.UUID] | None) -> Iterator[BriefOffice]:
    known = {office.id for office in brief.offices}
    errors = [
        FieldError(f"/office_ids/{n}", "The campaign does not write to this office.")
        for n, office_id in enumerate(office_ids or [])
        if office_id not in known
    ]
    if errors:
        raise Invalid("Some offices are not the campaign's.", errors=errors)
    return (office for office in brief.offices if office_ids is None or office.id in office_ids)


def _planned(brief: BriefContent, state: gates.State, office: BriefOffice, shut: Reason | None) -> Planned:
    """Choose how one office is written to. A web form is left out: there is no supporter to fill it in."""
    in_use, reachable = state.offices.get(office.id, (False, False))
    usable = {Channel.EMAIL: reachable, Channel.POST: bool(office.postal_address)}
    channel = next((each for each in office.channels if usable.get(each)), None)
    language = joint.language_for(brief, office)
    reasons = {
        shut: shut is not None,
        Reason.OFFICE_NOT_IN_USE: not in_use,
        Reason.NO_ADDRESS: channel is None,
        Reason.NO_LANGUAGE: language is None,
    }
    return Planned(office, language, channel, next((reason for reason, holds in reasons.items() if holds), None))


async def _written_before(session: AsyncSession, keys: Keys, campaign: Campaign, *, at: datetime) -> set[uuid.UUID]:
    """Return the offices to which the joint letter has gone, or is going, in this round."""
    which = select(Letter.office_id).where(
        Letter.campaign_id == campaign.id,
        Letter.digest == _digest(keys, campaign),
        Letter.round == rounds.round_on(campaign, at.date()),
        WRITTEN,
    )
    return set(await session.exec(which))


async def _write(
    session: AsyncSession,
    keys: Keys,
    campaign: Campaign,
    brief: BriefContent,
    body: JointLetterCreate,
    planned: Sequence[Planned],
    *,
    signed: int,
    at: datetime,
) -> list[Letter]:
    """Keep the letters, and queue what goes by e-mail. The campaign is held, so nobody starts it twice."""
    if body.endorsers is None:
        raise invalid("/endorsers", "Look at a dry run first, and send how many it says have signed.")
    if body.endorsers != signed:
        raise Conflict(f"By now {signed} organisations have signed. Look at a dry run again, and send its `endorsers`.")
    _require_some(planned)
    submission = _submission(keys, campaign, brief, body, at=at)
    session.add(submission)
    await session.flush()
    written = [_letter(campaign, submission, each, at=at) for each in planned if each.reason is None]
    session.add_all(written)
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict(GONE_OUT) from None
    session.add_all(_delivery(letter, at=at) for letter in written if letter.channel is Channel.EMAIL)
    tally.note(session, ((tally.kind(letter, letter.stage, letter.stage_on), +1) for letter in written))
    audit.note(session, campaign, {"joint letter": (None, len(written))})
    await session.flush()
    return written


def _require_some(planned: Sequence[Planned]) -> None:
    reasons = {each.reason for each in planned}
    if None in reasons:
        return
    if reasons == {Reason.DUPLICATE}:
        raise Conflict(GONE_OUT)
    if stopped := next((each for each in reasons if each in gates.WORDS and each not in OF_ONE_OFFICE), None):
        raise gates.refuse(stopped)
    raise Conflict(TO_NOBODY)


OF_ONE_OFFICE = frozenset({Reason.OFFICE_NOT_IN_USE, Reason.NO_ADDRESS, Reason.NOBODY})


def _submission(
    keys: Keys, campaign: Campaign, brief: BriefContent, body: JointLetterCreate, *, at: datetime
) -> Submission:
    """Return what stands for a supporter's: the organisation itself, which nobody counts among people."""
    id_ = uuid7()
    organisation = Supporter(brief.organisation, body.reply_to or "", NOWHERE)
    return Submission(
        id=id_,
        campaign_id=campaign.id,
        sealed=keys.seal(json.dumps([asdict(organisation), {}]).encode(), about=id_),
        digest=_digest(keys, campaign),
        country=NOWHERE,
        language=brief.languages[0],
        consent_wording=CONSENT_WORDING,
        created_at=at,
        confirmed_at=at,
    )


def _letter(campaign: Campaign, submission: Submission, planned: Planned, *, at: datetime) -> Letter:
    round_ = rounds.round_on(campaign, at.date())
    return Letter.model_validate(
        {
            "id": uuid7(),
            "submission_id": submission.id,
            "campaign_id": campaign.id,
            "brief_id": campaign.brief_id,
            "office_id": planned.office.id,
            "country": NOWHERE,
            "language": planned.language,
            "channel": planned.channel,
            "kind": LetterKind.JOINT,
            "stage": Stage.QUEUED if planned.channel is Channel.EMAIL else Stage.READY,
            "stage_on": day_in(campaign.timezone, at),
            "seed": letters.seed_of(submission.digest or b"", planned.office.id, round_),
            "digest": submission.digest,
            "round": round_,
            "created_at": at,
            "moved_at": at,
        }
    )


def _delivery(letter: Letter, *, at: datetime) -> Delivery:
    return Delivery(
        submission_id=letter.submission_id,
        letter_id=letter.id,
        campaign_id=letter.campaign_id,
        office_id=letter.office_id,
        due_at=at,
    )


async def _shown(
    session: AsyncSession,
    brief: BriefContent,
    planned: Sequence[Planned],
    written: Sequence[Letter],
    signed: Sequence[Endorser],
) -> list[JointLetter]:
    holders = await letters.holders_of(session, [each.office.id for each in planned])
    by_office = {letter.office_id: letter for letter in written}
    shown = []
    for each in planned:
        letter = by_office.get(each.office.id)
        text = (
            joint.compose(brief, each.office, holders.get(each.office.id), language=each.language, endorsers=signed)
            if each.language
            else None
        )
        shown.append(
            JointLetter(
                id=letter.id if letter else None,
                office_id=each.office.id,
                office=each.office.title_in(brief.languages[0]),
                language=each.language,
                channel=each.channel,
                stage=letter.stage if letter else None,
                stopped_because=each.reason,
                subject=text.subject if text else "",
                body=text.body if text else "",
            )
        )
    return shown


def _digest(keys: Keys, campaign: Campaign) -> bytes:
    """Return what stands for all that sign: by it the database sees to it that each office is written to once."""
    return keys.digest(b"joint letter", campaign.id.bytes)
