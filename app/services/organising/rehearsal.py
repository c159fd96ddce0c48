"""Trying a campaign out as it stands: what is at fault, and how letters would read. Nothing is stored."""

from babel.languages import get_official_languages
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import compiling, missing
from app.composing.brief import BriefContent
from app.composing.compose import OwnPart
from app.composing.recipients import Recipient, choose
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.official import Holder
from app.models.organisation import Organisation
from app.models.rehearsal import Fault, Rehearsal, RehearsalCreate, Rehearsed
from app.models.submission import SubmissionCreate
from app.services import campaigns, candidates
from app.services.handing_in import letters
from app.services.handing_in.letters import Choice
from app.services.offices.holders import holders_of

SAYS_SOMETHING = ("/texts", "/demands", "/prisoners", "/title")  # faults in these leave nothing to compose from
SAMPLE = {
    "name": "Ada Example",
    "email": "ada@example.org",
    "city": "Exampletown",
    "street": "1 Example Street",
    "postcode": "12345",
}


async def rehearse(session: AsyncSession, campaign: Campaign, body: RehearsalCreate) -> Rehearsal:
    """Return the faults of a campaign, and letters of sample supporters from several countries."""
    tried = Campaign.model_validate(campaign.model_dump())
    if body.texts is not None:
        tried.texts = body.model_dump(mode="json", include={"texts"})["texts"]
    prisoners = await campaigns.prisoners_of(session, campaign)
    offices = await candidates.of(session, tried)
    today = now().date()
    organisation = await session.get_one(Organisation, campaign.organisation_id)
    content = compiling.draft(tried, organisation.name, prisoners, offices, today=today)
    found = missing.faults(tried, prisoners, offices, content, today=today)
    readable = not any(fault.pointer.startswith(SAYS_SOMETHING) for fault in found) and bool(prisoners)
    return Rehearsal(
        faults=[Fault(pointer=fault.pointer, detail=fault.detail) for fault in found],
        letters=await _letters(session, content, body) if readable else [],
    )


async def _letters(session: AsyncSession, content: BriefContent, body: RehearsalCreate) -> list[Rehearsed]:
    prisoner_id = letters.prisoner(content, body.prisoner)
    choices = {
        country: Choice(content, prisoner_id, _recipients(content, country), OwnPart()) for country in body.countries
    }
    ids = {recipient.office.id for choice in choices.values() for recipient in choice.recipients}
    holders = await holders_of(session, list(ids))
    return [
        _letter(choice, recipient, holders.get(recipient.office.id), country=country, seed=body.seed)
        for country, choice in choices.items()
        for recipient in choice.recipients
    ]


def _letter(choice: Choice, recipient: Recipient, holder: Holder | None, *, country: str, seed: int) -> Rehearsed:
    sample = SubmissionCreate.model_validate(
        {"supporter": SAMPLE | {"country": country}, "language": recipient.language, "consent": {"send": True}}
    )
    letter = letters.preview(choice, recipient, holder, sample, seed)
    return Rehearsed(country=country, **letter.model_dump())


def _recipients(content: BriefContent, country: str) -> list[Recipient]:
    return choose(content, country=country, language=_language(country))[: content.at_most]


def _language(country: str) -> str:
    """Return the language that most people speak there."""
    return next(iter(get_official_languages(country)), "en")
