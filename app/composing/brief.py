"""The brief: all that composing needs of a campaign, compiled on publishing and never changed again."""

import uuid
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from app.composing import missing, texts
from app.composing.candidates import Candidate, usable_channels
from app.errors import NotPublishable
from app.models.campaign import Audience, Campaign, LetterTexts, Privacy
from app.models.office import DIPLOMATS, Channel, OfficeKind
from app.models.prisoner import Gender, Prisoner


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class BriefPrisoner(Frozen):
    id: uuid.UUID
    slug: str
    name: str
    names: dict[str, str]
    cases: dict[str, dict[str, str]]
    gender: Gender
    country: str
    summary: dict[str, str]


class BriefOffice(Frozen):
    """An office as chosen on publishing. Its e-mail addresses stay with the office, since they may change."""

    id: uuid.UUID
    kind: OfficeKind
    country: str
    title: dict[str, str]
    institution: dict[str, str]
    languages: list[str]
    channels: list[Channel]
    salutations: dict[str, str]
    postal_address: str | None
    web_form_url: str | None
    accredited_to: list[str] | None  # None: everybody writes to it

    @property
    def audience(self) -> Audience:
        return Audience.DIPLOMAT if self.kind in DIPLOMATS else Audience.AUTHORITY

    def title_in(self, language: str) -> str:
        """The office's title in this language, or in the first that it has."""
        return self.title.get(language) or next(iter(self.title.values()))


class BriefContent(Frozen):
    campaign_id: uuid.UUID
    slug: str
    code: str
    title: dict[str, str]
    organisation: str
    opens_on: date | None
    closes_on: date
    repeat_every_days: int | None
    urgent: bool
    privacy: Privacy
    name_organisation: bool
    mail_from: str | None
    reply_to_supporter: bool
    keep_answers: bool = False  # briefs made before it was known
    demands: dict[str, list[str]]
    texts: dict[str, dict[Audience, LetterTexts]]
    prisoners: list[BriefPrisoner]
    offices: list[BriefOffice]

    @property
    def languages(self) -> list[str]:
        return list(self.demands)

    def office(self, office_id: uuid.UUID) -> BriefOffice | None:
        return next((office for office in self.offices if office.id == office_id), None)

    def about(self, prisoner_id: uuid.UUID | None) -> list[BriefPrisoner]:
        """The prisoners whom a letter is about: one, or all."""
        return [prisoner for prisoner in self.prisoners if prisoner_id in (None, prisoner.id)]

    def title_in(self, language: str) -> str:
        return self.title.get(language) or next(iter(self.title.values()))


def compile_brief(
    campaign: Campaign,
    organisation: str,
    prisoners: Sequence[Prisoner],
    candidates: Sequence[Candidate],
    *,
    today: date,
) -> BriefContent:
    """Return the brief, or raise NotPublishable with everything that is missing."""
    letter_texts = {language: _texts_for(campaign, language) for language in campaign.languages}
    faults = missing.faults(campaign, prisoners, candidates, letter_texts, today=today)
    if faults or campaign.closes_on is None:
        raise NotPublishable("Some things are missing; each is listed under `errors`.", errors=faults)
    return BriefContent(
        campaign_id=campaign.id,
        organisation=organisation,
        texts=letter_texts,
        prisoners=[BriefPrisoner.model_validate(prisoner, from_attributes=True) for prisoner in prisoners],
        offices=[_office(entry) for entry in candidates],
        **campaign.model_dump(include=set(BriefContent.model_fields) & set(Campaign.model_fields) - {"texts"}),
    )


def _office(entry: Candidate) -> BriefOffice:
    office = entry.office
    return BriefOffice(
        channels=usable_channels(office),
        accredited_to=entry.accredited_to,
        **office.model_dump(include=set(BriefOffice.model_fields) - {"channels", "accredited_to"}),
    )


def _texts_for(campaign: Campaign, language: str) -> dict[Audience, LetterTexts]:
    own = {
        Audience(audience): LetterTexts.model_validate(each)
        for audience, each in campaign.texts.get(language, {}).items()
    }
    return {**texts.of_the_house(language), **own}
