"""From a campaign as it is edited to the brief that is published."""

from collections.abc import Sequence
from datetime import date

from app.composing import declension, missing, texts
from app.composing.brief import BriefContent, BriefOffice, BriefPrisoner
from app.composing.candidates import Candidate, usable_channels
from app.errors import NotPublishable
from app.models.campaign import Campaign
from app.models.letter_texts import Audience, LetterTexts
from app.models.office import Office
from app.models.prisoner import Prisoner


def compile_brief(
    campaign: Campaign,
    organisation: str,
    prisoners: Sequence[Prisoner],
    candidates: Sequence[Candidate],
    *,
    today: date,
) -> BriefContent:
    """Return the brief, or raise NotPublishable with everything that is missing."""
    content = draft(campaign, organisation, prisoners, candidates, today=today)
    faults = missing.faults(campaign, prisoners, candidates, content, today=today)
    if faults:
        raise NotPublishable("Some things are missing; each is listed under `errors`.", errors=faults)
    return content


def draft(
    campaign: Campaign,
    organisation: str,
    prisoners: Sequence[Prisoner],
    candidates: Sequence[Candidate],
    *,
    today: date,
) -> BriefContent:
    """Return the brief as it would be, whatever is still missing. One without a closing date ends today."""
    return BriefContent(
        campaign_id=campaign.id,
        organisation=organisation,
        closes_on=campaign.closes_on or today,
        texts={language: _texts_for(campaign, language) for language in campaign.languages},
        prisoners=[_prisoner(each) for each in prisoners],
        offices=[_office(entry) for entry in candidates],
        **campaign.model_dump(
            include=set(BriefContent.model_fields) & set(Campaign.model_fields) - {"texts", "closes_on"}
        ),
    )


def _prisoner(prisoner: Prisoner) -> BriefPrisoner:
    cases = {
        language: {case: form.text for case, form in declension.forms(prisoner, language).items()}
        for language in {*prisoner.names, *prisoner.cases}
    }
    return BriefPrisoner.model_validate({**prisoner.model_dump(), "cases": cases})


def _office(entry: Candidate) -> BriefOffice:
    office = entry.office
    return BriefOffice(
        channels=usable_channels(office),
        written_from=entry.written_from,
        own_government=entry.own_government,
        **office.model_dump(include=set(BriefOffice.model_fields) & set(Office.model_fields) - {"channels"}),
    )


def _texts_for(campaign: Campaign, language: str) -> dict[Audience, LetterTexts]:
    own = {
        Audience(audience): LetterTexts.model_validate(each)
        for audience, each in campaign.texts.get(language, {}).items()
    }
    return {**texts.of_the_house(language), **own}
