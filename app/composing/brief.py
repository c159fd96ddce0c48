"""The brief: all that composing needs of a campaign, compiled on publishing and never changed again."""

import uuid
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from app.composing import salutations, texts
from app.errors import FieldError, NotPublishable
from app.models.campaign import Audience, Campaign, LetterTexts, Privacy
from app.models.office import DIPLOMATS, Channel, Office, OfficeEmail, OfficeKind
from app.models.prisoner import FREE_OR_DEAD, PUBLIC_CONSENT, Gender, Prisoner
from app.models.text import LINK

ONE_PAGE = 2_600  # characters of facts and demands that leave room on one page for the rest


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


class OfficeToCompile(Frozen):
    """An office with the relation that decides who writes to it."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    office: Office
    accredited_to: list[str] | None


def compile_brief(
    campaign: Campaign,
    organisation: str,
    prisoners: Sequence[Prisoner],
    offices: Sequence[OfficeToCompile],
    *,
    today: date,
) -> BriefContent:
    """Return the brief, or raise NotPublishable with everything that is missing."""
    letter_texts = {language: _texts_for(campaign, language) for language in campaign.languages}
    missing = [
        *_missing_dates(campaign, today),
        *_missing_prisoners(campaign, prisoners),
        *_missing_offices(campaign, offices),
        *_missing_texts(campaign, prisoners, letter_texts),
    ]
    if missing or campaign.closes_on is None:
        raise NotPublishable("Some things are missing; each is listed under `errors`.", errors=missing)
    return BriefContent(
        campaign_id=campaign.id,
        organisation=organisation,
        texts=letter_texts,
        prisoners=[BriefPrisoner.model_validate(prisoner, from_attributes=True) for prisoner in prisoners],
        offices=[_office(entry) for entry in offices],
        **campaign.model_dump(include=set(BriefContent.model_fields) & set(Campaign.model_fields) - {"texts"}),
    )


def _office(entry: OfficeToCompile) -> BriefOffice:
    office = entry.office
    return BriefOffice(
        channels=usable_channels(office),
        accredited_to=entry.accredited_to,
        **office.model_dump(include=set(BriefOffice.model_fields) - {"channels", "accredited_to"}),
    )


def usable_channels(office: Office) -> list[Channel]:
    """The channels of an office that have an address, in its order."""
    usable = {
        Channel.EMAIL: live_address(office) is not None,
        Channel.POST: bool(office.postal_address),
        Channel.WEB_FORM: bool(office.web_form_url),
    }
    return [Channel(channel) for channel in office.channels if usable[Channel(channel)]]


def live_address(office: Office) -> str | None:
    """The first e-mail address of an office that is not dead."""
    emails = (OfficeEmail.model_validate(email) for email in office.emails)
    return next((email.address for email in emails if not email.dead), None)


def _texts_for(campaign: Campaign, language: str) -> dict[Audience, LetterTexts]:
    own = {
        Audience(audience): LetterTexts.model_validate(each)
        for audience, each in campaign.texts.get(language, {}).items()
    }
    return {**texts.of_the_house(language), **own}


def _missing_dates(campaign: Campaign, today: date) -> list[FieldError]:
    if campaign.closes_on is None:
        return [FieldError("/closes_on", "A campaign needs a closing date: after it, nobody writes any more.")]
    if campaign.closes_on < today:
        return [FieldError("/closes_on", "The closing date has passed.")]
    return []


def _missing_prisoners(campaign: Campaign, prisoners: Sequence[Prisoner]) -> list[FieldError]:
    missing = [] if prisoners else [FieldError("/prisoners", "A campaign is about one prisoner at least.")]
    for n, prisoner in enumerate(prisoners):
        if prisoner.consent not in PUBLIC_CONSENT:
            missing.append(FieldError(f"/prisoners/{n}", f"{prisoner.slug}: there is no consent to publicity."))
        if prisoner.status in FREE_OR_DEAD:
            missing.append(
                FieldError(
                    f"/prisoners/{n}", f"{prisoner.slug} is {prisoner.status.value}: nobody writes for them any more."
                )
            )
        missing += [
            FieldError(f"/prisoners/{n}", f"{prisoner.slug}: the summary has no text in {language}.")
            for language in campaign.languages
            if not prisoner.summary.get(language)
        ]
    return missing


def _missing_offices(campaign: Campaign, offices: Sequence[OfficeToCompile]) -> list[FieldError]:
    missing = [] if offices else [FieldError("/offices", "There is nobody to write to.")]
    for n, entry in enumerate(offices):
        pointer = f"/offices/{n}" if entry.accredited_to is None else "/embassies_of"
        title = next(iter(entry.office.title.values()))
        if not entry.office.in_use:
            missing.append(FieldError(pointer, f"{title}: the office is not in use."))
        if not usable_channels(entry.office):
            missing.append(FieldError(pointer, f"{title}: none of its channels has an address."))
        if not set(entry.office.languages) & set(campaign.languages):
            missing.append(
                FieldError(
                    pointer, f"{title}: takes {', '.join(entry.office.languages)}, none of which the campaign has."
                )
            )
    return missing


def _missing_texts(
    campaign: Campaign, prisoners: Sequence[Prisoner], letter_texts: dict[str, dict[Audience, LetterTexts]]
) -> list[FieldError]:
    missing = (
        [] if campaign.demands else [FieldError("/demands", "A campaign needs demands, in one language at least.")]
    )
    if len({len(demands) for demands in campaign.demands.values()}) > 1:
        missing.append(FieldError("/demands", "Each language needs the same demands: their numbers differ."))
    for language, by_audience in letter_texts.items():
        if not salutations.speaks(language):
            missing.append(FieldError(f"/demands/{language}", f"There are no forms of address in {language} yet."))
        if not campaign.title.get(language):
            missing.append(FieldError("/title", f"The title has no text in {language}."))
        missing += [
            FieldError(
                f"/texts/{language}/{audience.value}", f"There is no letter text in {language} for this audience."
            )
            for audience in Audience
            if audience not in by_audience
        ]
        for audience, letter_text in by_audience.items():
            missing += [
                FieldError(f"/texts/{language}/{audience.value}/{pointer}", detail)
                for pointer, detail in texts.faults(letter_text)
            ]
        missing += _too_much(campaign, prisoners, language)
    return missing


def _too_much(campaign: Campaign, prisoners: Sequence[Prisoner], language: str) -> list[FieldError]:
    said = [*campaign.demands[language], *(prisoner.summary.get(language, "") for prisoner in prisoners)]
    faults = []
    if sum(map(len, said)) > ONE_PAGE:
        faults.append(
            FieldError(
                f"/demands/{language}", f"Facts and demands are over {ONE_PAGE} characters: a letter has one page."
            )
        )
    if any(LINK.search(text) for text in said):
        faults.append(
            FieldError(f"/demands/{language}", "Facts and demands must not hold web addresses: letters carry none.")
        )
    return faults
