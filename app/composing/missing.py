"""What a campaign still needs before letters can be composed from it: all of it, to be mended in one go."""

from collections.abc import Sequence
from datetime import date

from app.composing import facts, lint, salutations
from app.composing.brief import BriefContent
from app.composing.candidates import Candidate, usable_channels
from app.composing.known import Known
from app.errors import FieldError
from app.models.campaign import Campaign, Privacy
from app.models.cleaning import LINK
from app.models.letter_texts import LetterTexts
from app.models.prisoner import FREE_OR_DEAD, PUBLIC_CONSENT, Prisoner

ONE_PAGE = 2_600  # characters of facts and demands, or of the texts around them, that leave room for the rest
MOST_ARGUMENTS = 3  # in one letter
SECRETIVE = frozenset({Privacy.INITIALS_AND_TOWN, Privacy.ORGANISATION})


def faults(
    campaign: Campaign,
    prisoners: Sequence[Prisoner],
    candidates: Sequence[Candidate],
    content: BriefContent,
    *,
    today: date,
) -> list[FieldError]:
    """Return everything that is missing or wrong with this draft of a brief; empty when it can be published."""
    return [
        *_missing_dates(campaign, today),
        *_indiscreet(campaign),
        *_missing_prisoners(campaign, prisoners),
        *_mentioned(campaign, prisoners),
        *_missing_offices(campaign, candidates),
        *_missing_texts(campaign, prisoners, content),
        *text_faults(content),
    ]


def _missing_dates(campaign: Campaign, today: date) -> list[FieldError]:
    if campaign.closes_on is None:
        return [FieldError("/closes_on", "A campaign needs a closing date: after it, nobody writes any more.")]
    if campaign.closes_on < today:
        return [FieldError("/closes_on", "The closing date has passed.")]
    return []


def _indiscreet(campaign: Campaign) -> list[FieldError]:
    if campaign.reply_to_supporter and campaign.privacy in SECRETIVE:
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
        pointer = f"/offices/{n}" if entry.written_from is None else "/embassies_of"
        title = next(iter(entry.office.title.values()))
        if not entry.office.in_use:
            missing.append(FieldError(pointer, f"{title}: the office is not in use."))
        if entry.office.needs_address and campaign.privacy in SECRETIVE:
            detail = f"{title}: takes letters only with name and home address, which `{campaign.privacy.value}` hides."
            missing.append(FieldError(pointer, detail))
        if not usable_channels(entry.office):
            missing.append(FieldError(pointer, f"{title}: none of its channels has an address."))
        if not set(entry.office.languages) & set(campaign.languages):
            missing.append(
                FieldError(
                    pointer, f"{title}: takes {', '.join(entry.office.languages)}, none of which the campaign has."
                )
            )
    return missing


def text_faults(content: BriefContent) -> list[FieldError]:
    """Return what is wrong with the letter texts, tried on the campaign's own prisoners and offices."""
    audiences = sorted({office.audience for office in content.offices})
    found = []
    for language, by_audience in content.texts.items():
        for audience in audiences:
            pointer = f"/texts/{language}/{audience.value}"
            if audience not in by_audience:
                found.append(FieldError(pointer, f"There is no letter text in {language} for this audience."))
            elif _longest(by_audience[audience]) > ONE_PAGE:
                detail = f"The longest variants are over {ONE_PAGE} characters together: a letter has one page."
                found.append(FieldError(pointer, detail))
        found += [
            FieldError(f"/texts/{language}/{audience.value}/{part}", detail)
            for audience, letter_texts in by_audience.items()
            for part, detail in lint.faults(letter_texts, _said(content, language))
        ]
    return found


def _said(content: BriefContent, language: str) -> list[Known]:
    """Return of whom and to whom the texts speak: of each prisoner alone, and of all of them to every office."""
    if not content.prisoners or not content.offices:
        return []
    alone = [facts.known(content, content.offices[0], (prisoner,), language=language) for prisoner in content.prisoners]
    return alone + [facts.known(content, office, content.prisoners, language=language) for office in content.offices]


def _missing_texts(campaign: Campaign, prisoners: Sequence[Prisoner], content: BriefContent) -> list[FieldError]:
    missing = (
        [] if campaign.demands else [FieldError("/demands", "A campaign needs demands, in one language at least.")]
    )
    if len({len(demands) for demands in campaign.demands.values()}) > 1:
        missing.append(FieldError("/demands", "Each language needs the same demands: their numbers differ."))
    for language in content.texts:
        if not salutations.speaks(language):
            missing.append(FieldError(f"/demands/{language}", f"There are no forms of address in {language} yet."))
        if not campaign.title.get(language):
            missing.append(FieldError("/title", f"The title has no text in {language}."))
        missing += _too_much(campaign, prisoners, language)
    return missing


def _longest(letter_texts: LetterTexts) -> int:
    """The characters of the longest variants that can stand in one letter."""
    parts = [letter_texts.openings, letter_texts.requests, letter_texts.endings]
    arguments = sorted(max(map(len, each.variants)) for each in letter_texts.arguments.values())
    return sum(max(map(len, variants)) for variants in parts) + sum(arguments[-MOST_ARGUMENTS:])


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
