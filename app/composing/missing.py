"""What a campaign still needs before letters can be composed from it: all of it, to be mended in one go."""

from collections.abc import Sequence
from datetime import date

from app.composing import salutations, texts
from app.composing.candidates import Candidate, usable_channels
from app.errors import FieldError
from app.models.campaign import Audience, Campaign, LetterTexts, Privacy
from app.models.prisoner import FREE_OR_DEAD, PUBLIC_CONSENT, Prisoner
from app.models.text import LINK

ONE_PAGE = 2_600  # characters of facts and demands, or of the texts around them, that leave room for the rest

TextsByLanguage = dict[str, dict[Audience, LetterTexts]]


def faults(
    campaign: Campaign,
    prisoners: Sequence[Prisoner],
    candidates: Sequence[Candidate],
    letter_texts: TextsByLanguage,
    *,
    today: date,
) -> list[FieldError]:
    """Return everything that is missing or wrong; empty when the campaign can be published."""
    return [
        *_missing_dates(campaign, today),
        *_indiscreet(campaign),
        *_missing_prisoners(campaign, prisoners),
        *_mentioned(campaign, prisoners),
        *_missing_offices(campaign, candidates),
        *_missing_texts(campaign, prisoners, letter_texts),
    ]


def _missing_dates(campaign: Campaign, today: date) -> list[FieldError]:
    if campaign.closes_on is None:
        return [FieldError("/closes_on", "A campaign needs a closing date: after it, nobody writes any more.")]
    if campaign.closes_on < today:
        return [FieldError("/closes_on", "The closing date has passed.")]
    return []


def _indiscreet(campaign: Campaign) -> list[FieldError]:
    if campaign.reply_to_supporter and campaign.privacy in {Privacy.INITIALS_AND_TOWN, Privacy.ORGANISATION}:
        detail = f"Offices would see supporters' addresses: that does not go with `{campaign.privacy.value}`."
        return [FieldError("/reply_to_supporter", detail)]
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


def _mentioned(campaign: Campaign, prisoners: Sequence[Prisoner]) -> list[FieldError]:
    """Find what must never be said of a prisoner, in whatever a letter or the campaign's page would say."""
    said = [
        *campaign.title.values(),
        *campaign.summary.values(),
        *(text for each in campaign.demands.values() for text in each),
    ]
    said += [text for prisoner in prisoners for text in prisoner.summary.values()]
    everything = "\n".join(said).casefold()
    return [
        FieldError(
            f"/prisoners/{n}",
            f"{prisoner.slug}: something is said that must not be mentioned (no. {m + 1} of the list).",
        )
        for n, prisoner in enumerate(prisoners)
        for m, words in enumerate(prisoner.do_not_mention)
        if words.casefold() in everything
    ]


def _missing_offices(campaign: Campaign, offices: Sequence[Candidate]) -> list[FieldError]:
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
    campaign: Campaign, prisoners: Sequence[Prisoner], letter_texts: TextsByLanguage
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
            missing += _too_wordy(f"/texts/{language}/{audience.value}", letter_text)
            missing += [
                FieldError(f"/texts/{language}/{audience.value}/{pointer}", detail)
                for pointer, detail in texts.faults(letter_text)
            ]
        missing += _too_much(campaign, prisoners, language)
    return missing


def _too_wordy(pointer: str, letter_text: LetterTexts) -> list[FieldError]:
    parts = (letter_text.openings, letter_text.requests, letter_text.endings)
    if sum(max(map(len, variants)) for variants in parts) <= ONE_PAGE:
        return []
    detail = f"The longest opening, request and ending are over {ONE_PAGE} characters together: a letter has one page."
    return [FieldError(pointer, detail)]


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
