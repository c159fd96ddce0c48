"""Letters by post, with all that they are printed from, once they are through the gates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import joint
from app.composing.brief import BriefContent, BriefOffice
from app.composing.compose import ComposedLetter
from app.composing.formats import paper_of
from app.composing.joint import Endorser
from app.composing.paper import Posting, Sheet, sheet
from app.models.campaign import Campaign
from app.models.letter import Letter, LetterKind
from app.models.official import Holder
from app.models.paper import Paper
from app.models.submission import Submission
from app.services import briefs, gates, submissions, wording
from app.services.endorsing import listing
from app.services.offices.holders import holders_of
from app.services.sealing import Keys


@dataclass(frozen=True, slots=True)
class Manuscript:
    """One letter by post, before it is printed."""

    letter: Letter
    submission: Submission
    brief: BriefContent
    office: BriefOffice
    holder: Holder | None
    endorsers: tuple[Endorser, ...] = ()

    def text(self, keys: Keys) -> ComposedLetter:
        """The kept text, else the letter to whoever holds the office."""
        holders = {self.office.id: self.holder} if self.holder else {}
        return wording.text_of(keys, self.brief, self.submission, self.letter, holders, self.endorsers)

    def sheet(self, keys: Keys, *, day: date, country: str | None = None, paper: Paper | None = None) -> Sheet:
        """The letter as it is printed. Posted in `country`, else from where its supporter lives."""
        if self.submission.sealed is None:
            raise LookupError("a letter of somebody who was erased")
        supporter, _ = submissions.unseal(keys, self.submission.id, self.submission.sealed)
        country = country or self.letter.country
        posting = Posting(day, country, paper or paper_of(country), self.submission.language)
        language = self.letter.language
        if self.letter.kind is LetterKind.PERSONAL:
            return sheet(self.brief, self.office, self.text(keys), supporter, language=language, posting=posting)
        brief = joint.in_own_name(self.brief)
        laid = sheet(brief, self.office, self.text(keys), supporter, language=language, posting=posting)
        return replace(laid, flows=True)


async def gather(session: AsyncSession, found: Sequence[Letter], *, on: date | None = None) -> list[Manuscript]:
    """Return these letters, ready to be printed; those of the forgotten are left out."""
    which = select(Submission).where(col(Submission.id).in_({letter.submission_id for letter in found}))
    by_id = {submission.id: submission for submission in await session.exec(which)}
    holders = await holders_of(session, list({letter.office_id for letter in found}), on=on)
    together = {letter.brief_id for letter in found if letter.kind is LetterKind.JOINT}
    signed = await listing.signed(session, {id_: await briefs.load(session, id_) for id_ in together})
    gathered = []
    for letter in found:
        brief = await briefs.load(session, letter.brief_id)
        office, submission = brief.office(letter.office_id), by_id[letter.submission_id]
        if office is not None and submission.sealed is not None:
            endorsers = signed.get(letter.brief_id, ())
            gathered.append(Manuscript(letter, submission, brief, office, holders.get(office.id), endorsers))
    return gathered


async def through_the_gates(
    session: AsyncSession, campaign: Campaign, gathered: Sequence[Manuscript], *, today: date
) -> list[Manuscript]:
    """Return those that may be printed now; refuse where the whole campaign's gates are shut."""
    prisoners = {prisoner.id for each in gathered for prisoner in each.brief.prisoners}
    offices = {each.office.id for each in gathered}
    state = await gates.state(session, campaign, prisoner_ids=prisoners, office_ids=offices)
    if shut := gates.against(state, country="", prisoner_ids=[], today=today):
        raise gates.refuse(shut)
    return [each for each in gathered if _is_open(state, each, today=today)]


def _is_open(state: gates.State, each: Manuscript, *, today: date) -> bool:
    about = [prisoner.id for prisoner in each.brief.about(each.letter.prisoner_id)]
    here, named = each.letter.country, each.brief.named
    shut = gates.against(state, country=here, prisoner_ids=about, today=today, named=named)
    if each.letter.kind is LetterKind.JOINT and not each.endorsers:
        return False
    return not (shut or gates.against_office(state, each.office.id, each.letter.channel))
