"""The joint letter, started by an organiser: from then on it travels like any other, and is counted by its own kind."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import joint
from app.errors import Conflict, invalid
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.joint_letter import JointLetter, JointLetterCreate, JointLetters
from app.models.letter import Letter, Reason
from app.models.office import Channel
from app.models.official import Holder
from app.services import briefs, gates, rounds
from app.services.counting import tally
from app.services.endorsing import listing, plans, rows
from app.services.endorsing.plans import Planned, Undertaking
from app.services.offices.holders import holders_of
from app.services.sealing import Keys
from app.services.team import audit

GONE_OUT = "The joint letter has gone out to these offices already: to each office it goes once in a round."
TO_NOBODY = "It cannot go to any of these offices. The dry run tells why, office by office."
OF_ONE_OFFICE = frozenset({Reason.DUPLICATE, Reason.OFFICE_NOT_IN_USE, Reason.NO_ADDRESS, Reason.NO_LANGUAGE})


async def start(
    session: AsyncSession, keys: Keys, campaign: Campaign, body: JointLetterCreate, *, dry_run: bool
) -> JointLetters:
    """Write to each office in the name of all that have signed, or show what would leave."""
    undertaking = await _undertaking(session, keys, campaign)
    planned = await plans.plan(session, undertaking, body.office_ids)
    written = [] if dry_run else await _write(session, keys, undertaking, planned, body)
    holders = await holders_of(session, [each.office.id for each in planned])
    by_office = {letter.office_id: letter for letter in written}
    shown = [_shown(undertaking, each, holders.get(each.office.id), by_office.get(each.office.id)) for each in planned]
    return JointLetters(endorsers=len(undertaking.signed), dry_run=dry_run, letters=shown)


async def _undertaking(session: AsyncSession, keys: Keys, campaign: Campaign) -> Undertaking:
    if campaign.brief_id is None:
        raise Conflict("The campaign is a draft: publish it first.")
    brief = await briefs.load(session, campaign.brief_id)
    signed = (await listing.signed(session, {campaign.brief_id: brief}))[campaign.brief_id]
    if not signed:
        raise Conflict("No organisation has signed these demands yet: there is nobody to write a joint letter.")
    at = now()
    return Undertaking(
        campaign=campaign,
        brief=brief,
        signed=signed,
        digest=keys.digest(b"joint letter", campaign.id.bytes),
        round=rounds.round_on(campaign, at.date()),
        at=at,
    )


async def _write(
    session: AsyncSession,
    keys: Keys,
    undertaking: Undertaking,
    planned: Sequence[Planned],
    body: JointLetterCreate,
) -> list[Letter]:
    """Keep the letters, and queue what goes by e-mail. The campaign is held, so nobody starts it twice."""
    _require_a_look(undertaking, body.endorsers)
    _require_some(planned)
    submission = rows.submission(keys, undertaking, reply_to=body.reply_to)
    session.add(submission)
    await session.flush()
    written = [rows.letter(undertaking, submission, each) for each in planned if each.reason is None]
    session.add_all(written)
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict(GONE_OUT) from None
    session.add_all(rows.delivery(letter) for letter in written if letter.channel is Channel.EMAIL)
    tally.note_new(session, written)
    audit.note(session, undertaking.campaign, {"joint letter": (None, len(written))})
    await session.flush()
    return written


def _require_a_look(undertaking: Undertaking, endorsers: int | None) -> None:
    """Refuse to send what nobody has looked at: the dry run tells how many have signed."""
    if endorsers is None:
        raise invalid("/endorsers", "Look at a dry run first, and send how many it says have signed.")
    if endorsers != (n := len(undertaking.signed)):
        raise Conflict(f"By now {n} have signed. Look at a dry run again, and send its `endorsers`.")


def _require_some(planned: Sequence[Planned]) -> None:
    reasons = {each.reason for each in planned}
    if None in reasons:
        return
    if reasons == {Reason.DUPLICATE}:
        raise Conflict(GONE_OUT)
    stopped = next((each for each in reasons if each and each not in OF_ONE_OFFICE), None)
    raise gates.refuse(stopped) if stopped else Conflict(TO_NOBODY)


def _shown(undertaking: Undertaking, planned: Planned, holder: Holder | None, letter: Letter | None) -> JointLetter:
    brief, office, language = undertaking.brief, planned.office, planned.language
    shown = JointLetter(
        id=letter.id if letter else None,
        office_id=office.id,
        office=office.title_in(brief.languages[0]),
        language=language,
        channel=planned.channel,
        stage=letter.stage if letter else None,
        stopped_because=planned.reason,
    )
    if language is None:
        return shown
    text = joint.compose(brief, office, holder, language=language, endorsers=undertaking.signed)
    return shown.model_copy(update={"subject": text.subject, "body": text.body})
