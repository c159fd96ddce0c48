"""Trying a campaign out as it stands: what is at fault, and how letters would read. Nothing is stored."""

from babel.languages import get_official_languages
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import compiling, missing
from app.composing.brief import BriefContent
from app.composing.compose import Handed, OwnPart, compose
from app.composing.recipients import Recipient, choose
from app.composing.sender import Supporter
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.office import Official
from app.models.organisation import Organisation
from app.models.rehearsal import Fault, Rehearsal, RehearsalCreate, Rehearsed
from app.services import campaigns, letters, publishing

SAYS_SOMETHING = ("/texts", "/demands", "/prisoners", "/title")  # faults in these leave nothing to compose from


async def rehearse(session: AsyncSession, campaign: Campaign, body: RehearsalCreate) -> Rehearsal:
    """Return the faults of a campaign, and letters of sample supporters from several countries."""
    tried = Campaign.model_validate(campaign.model_dump())
    if body.texts is not None:
        tried.texts = body.model_dump(mode="json", include={"texts"})["texts"]
    prisoners = (await campaigns.prisoners_of(session, [campaign.id])).get(campaign.id, [])
    candidates = await publishing.offices(session, tried)
    today = now().date()
    organisation = await session.get_one(Organisation, campaign.organisation_id)
    content = compiling.draft(tried, organisation.name, prisoners, candidates, today=today)
    found = missing.faults(tried, prisoners, candidates, content, today=today)
    readable = not any(fault.pointer.startswith(SAYS_SOMETHING) for fault in found) and bool(prisoners)
    return Rehearsal(
        faults=[Fault(pointer=fault.pointer, detail=fault.detail) for fault in found],
        letters=await _letters(session, content, body) if readable else [],
    )


async def _letters(session: AsyncSession, content: BriefContent, body: RehearsalCreate) -> list[Rehearsed]:
    prisoner_id = letters.prisoner(content, body.prisoner)
    chosen = [
        (country, recipient)
        for country in body.countries
        for recipient in choose(content, country=country, language=_language(country))[: content.at_most]
    ]
    holders = await letters.holders_of(session, list({recipient.office.id for _, recipient in chosen}))
    return [
        _letter(
            content,
            recipient,
            holders.get(recipient.office.id),
            Handed(_sample(country), OwnPart(), prisoner_id, recipient.language, body.seed),
        )
        for country, recipient in chosen
    ]


def _letter(content: BriefContent, recipient: Recipient, holder: Official | None, handed: Handed) -> Rehearsed:
    composed = compose(content, recipient.office, holder, handed)
    return Rehearsed(
        country=handed.supporter.country,
        office_id=recipient.office.id,
        office=recipient.office.title_in(recipient.language),
        language=recipient.language,
        channel=recipient.channel,
        subject=composed.subject,
        body=composed.body,
        web_form=letters.web_form(recipient.office, recipient.channel, language=recipient.language),
    )


def _sample(country: str) -> Supporter:
    return Supporter("Ada Example", "ada@example.org", country, "Exampletown", "1 Example Street", "12345")


def _language(country: str) -> str:
    """Return the language that most people speak there."""
    return next(iter(get_official_languages(country)), "en")
