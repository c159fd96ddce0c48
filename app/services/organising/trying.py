"""Letters for trying out: made as for a supporter, sent to whoever tries, marked, and never counted."""

import uuid
from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.candidates import live_address
from app.composing.recipients import Recipient
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now, uuid7
from app.models.delivery import Delivery, Enclosure, Notice
from app.models.office import Channel, Office
from app.models.queue import TestLetter, TestLetters
from app.models.submission import CONSENT_WORDING, Submission, SubmissionCreate
from app.services import briefs, gates, submissions
from app.services.handing_in import letters
from app.services.offices.holders import holders_of
from app.services.sealing import Keys

MARK = "[TEST]"
NOTE = "This is a test. It went to nobody but you, and it is not counted. The letter begins below the line."


async def letters_for(
    session: AsyncSession, keys: Keys, campaign: Campaign, body: SubmissionCreate, *, dry_run: bool
) -> TestLetters:
    """Return what would leave for this supporter; unless `dry_run`, send it to them as a test."""
    brief = await briefs.in_force(session, campaign)
    made = await _compose(session, keys, campaign, brief, body)
    if not dry_run:
        await _send(session, keys, campaign, body, made)
    return TestLetters(sent_to=None if dry_run else body.supporter.email, letters=made)


async def _compose(
    session: AsyncSession, keys: Keys, campaign: Campaign, brief: BriefContent, body: SubmissionCreate
) -> list[TestLetter]:
    choice = letters.chosen(brief, body)
    ids = [each.office.id for each in choice.recipients]
    about = [prisoner.id for prisoner in brief.about(choice.prisoner_id)]
    state = await gates.state(session, campaign, prisoner_ids=about, office_ids=ids)
    shut = gates.against(state, country=body.supporter.country, prisoner_ids=about, today=now().date())
    if campaign.status is CampaignStatus.DRAFT:  # what a draft is tried for is what comes after publishing
        shut = None
    holders, addresses = await holders_of(session, ids), await _addresses(session, choice.recipients)
    digest = keys.digest_of_email(body.supporter.email)
    return [
        TestLetter(
            **letters.preview(
                choice, each, holders.get(each.office.id), body, letters.seed_of(digest, each.office.id)
            ).model_dump(),
            to=addresses.get(each.office.id),
            stopped_because=shut or gates.against_office(state, each.office.id, each.channel),
        )
        for each in choice.recipients
    ]


async def _addresses(session: AsyncSession, recipients: Sequence[Recipient]) -> dict[uuid.UUID, str | None]:
    """Return where the letters that go by e-mail would go, by office."""
    ids = [each.office.id for each in recipients if each.channel is Channel.EMAIL]
    emails = await session.exec(select(Office.id, Office.emails).where(col(Office.id).in_(ids)))
    return {office_id: live_address(each) for office_id, each in emails}


async def _send(
    session: AsyncSession, keys: Keys, campaign: Campaign, body: SubmissionCreate, made: Sequence[TestLetter]
) -> None:
    """Queue a notice for each letter. The submission that holds the address has no letters, and soon expires."""
    tester = Submission(
        id=uuid7(),
        campaign_id=campaign.id,
        digest=keys.digest_of_email(body.supporter.email),
        country=body.supporter.country,
        language=body.language,
        consent_wording=CONSENT_WORDING,
    )
    tester.sealed = submissions.seal(keys, tester.id, body)
    session.add(tester)
    await session.flush()
    for letter in made:
        enclosure = Enclosure(submission_id=tester.id, sealed=b"")
        enclosure.sealed = keys.seal(_marked(letter).encode(), about=enclosure.id)
        session.add(enclosure)
        session.add(Delivery(submission_id=tester.id, notice=Notice.TEST, about=enclosure.id, due_at=now()))


def _marked(letter: TestLetter) -> str:
    way = f"{letter.office}: {letter.to or letter.channel.value}"
    return f"{MARK} {letter.subject}\n\n{MARK} {NOTE}\n{way}\n{'-' * 60}\n\n{letter.body}"
