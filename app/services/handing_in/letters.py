"""Which letters a supporter would write, and what stands in them. Pure."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from app.composing import recipients, sender
from app.composing.brief import BriefContent, BriefOffice
from app.composing.compose import Opened, OwnPart, compose
from app.composing.recipients import Recipient, choose
from app.composing.sender import Supporter
from app.errors import FieldError, Invalid, invalid
from app.models.letter import Reason
from app.models.letter_texts import Audience
from app.models.offer import LetterPreview, WebForm
from app.models.office import Channel
from app.models.official import Holder
from app.models.submission import SubmissionCreate
from app.services import gates
from app.services.handing_in import own_parts
from app.services.situations import Appeal, Situation

APART = 0x9E37_79B9_7F4A_7C15  # the golden ratio: what is one round apart is far apart
NEEDS_ADDRESS = "This office takes letters only with your name and home address, and the letter will show them."


@dataclass(frozen=True, slots=True)
class Choice:
    """To whom one supporter would write, about whom, and what is their own in it."""

    brief: BriefContent
    prisoner_id: uuid.UUID | None
    recipients: list[Recipient]
    own: OwnPart

    def copies(self, recipient: Recipient) -> tuple[uuid.UUID, ...]:
        """The embassies that a letter to this office names."""
        if not self.brief.name_copies or recipient.office.audience is not Audience.AUTHORITY:
            return ()
        return tuple(each.office.id for each in self.recipients if each.office.audience is Audience.DIPLOMAT)


@dataclass(frozen=True, slots=True)
class Plan(Choice):
    """The letters of one submission before they exist."""

    campaign: Appeal
    round: int


def plan(situation: Situation, body: SubmissionCreate) -> Plan:
    """Pass the gates and choose the recipients, or refuse with the reason. Pure."""
    if not body.consent.send:
        raise invalid("/consent/send", "Without this consent, nothing is written in your name.")
    brief, state, country = situation.brief, situation.state, body.supporter.country
    choice = chosen(brief, body, written=situation.written)
    if shut := gates.against(
        state,
        country=country,
        prisoner_ids=[each.id for each in brief.about(choice.prisoner_id)],
        today=situation.today,
        named=brief.named,
    ):
        raise gates.refuse(shut)
    reasons = {each.office.id: gates.against_office(state, each.office.id, each.channel) for each in choice.recipients}
    if all(reasons.values()):
        raise gates.refuse(next(filter(None, reasons.values()), Reason.NOBODY))
    open_ = [each for each in choice.recipients if reasons[each.office.id] is None]
    open_ = _within_limit(brief, open_, body.office_ids)
    _require_address(open_, body)
    return Plan(brief, choice.prisoner_id, open_, choice.own, situation.campaign, situation.round)


def chosen(
    brief: BriefContent, body: SubmissionCreate, *, written: Mapping[uuid.UUID, int] = recipients.NONE_WRITTEN
) -> Choice:
    """Return what a body chooses, past the gates. Pure."""
    offered = choose(brief, country=body.supporter.country, language=body.language, written=written)
    picked = _picked(offered, body.office_ids)
    return Choice(brief, prisoner(brief, body.prisoner), picked, own_parts.checked(brief, picked, body))


def seed_of(digest: bytes, office_id: uuid.UUID, round_: int = 0) -> int:
    """Return what chooses a letter's variants: the same person, office and round give the same letter."""
    mixed = int.from_bytes(digest[8:16]) ^ int.from_bytes(office_id.bytes[8:16])
    return (mixed + round_ * APART) % 2**64 >> 1


def prisoner(brief: BriefContent, slug: str | None) -> uuid.UUID | None:
    """Return whom a letter is about, or None for all of the campaign."""
    found = next((each.id for each in brief.prisoners if each.slug == slug), None)
    if slug and found is None:
        raise invalid("/prisoner", "The campaign is not about a prisoner with this slug.")
    return found


def web_form(office: BriefOffice, channel: Channel, *, language: str) -> WebForm | None:
    """Return the form in which a supporter hands this letter in, if it goes by one."""
    if channel is not Channel.WEB_FORM or office.web_form_url is None:
        return None
    asks = office.web_form_asks.get(language) or next(iter(office.web_form_asks.values()), [])
    return WebForm(url=office.web_form_url, asks=asks)


def preview(
    choice: Choice, recipient: Recipient, holder: Holder | None, body: SubmissionCreate, seed: int
) -> LetterPreview:
    """Return a letter as it would go out. Pure."""
    opened = Opened(
        supporter=Supporter(**vars(body.supporter)),
        own=choice.own,
        prisoner_id=choice.prisoner_id,
        language=recipient.language,
        seed=seed,
        copies=choice.copies(recipient),
    )
    brief, by_email = choice.brief, recipient.channel is Channel.EMAIL
    letter = compose(brief, recipient.office, holder, opened)
    return LetterPreview(
        office_id=recipient.office.id,
        office=recipient.office.title_in(body.language),
        language=recipient.language,
        channel=recipient.channel,
        sender=sender.display_name(brief, opened.supporter),
        shows_email=by_email and brief.reply_to_supporter,
        subject=letter.subject,
        body=letter.body,
        moderated=choice.own.text is not None,
        web_form=web_form(recipient.office, recipient.channel, language=body.language),
    )


def _picked(offered: list[Recipient], office_ids: list[uuid.UUID] | None) -> list[Recipient]:
    if office_ids is None:
        return offered
    ids = {recipient.office.id for recipient in offered}
    errors = [
        FieldError(f"/office_ids/{n}", "This office is not among those offered for your country.")
        for n, office_id in enumerate(office_ids)
        if office_id not in ids
    ]
    if errors:
        raise Invalid("Some offices cannot be written to from there.", errors=errors)
    return [recipient for recipient in offered if recipient.office.id in office_ids]


def _within_limit(brief: BriefContent, open_: list[Recipient], office_ids: list[uuid.UUID] | None) -> list[Recipient]:
    """Take the first so many, where the supporter has not chosen."""
    if brief.at_most is not None and office_ids is not None and len(open_) > brief.at_most:
        raise invalid("/office_ids", f"In this campaign one person writes to {brief.at_most} of these at most.")
    return open_[: brief.at_most]


def _require_address(open_: list[Recipient], body: SubmissionCreate) -> None:
    """Ask for the home address where an office answers nobody without it."""
    strict = next((each.office for each in open_ if each.office.needs_address), None)
    missing = [part for part in sender.ADDRESS if not getattr(body.supporter, part)]
    if strict and missing:
        detail = f"{strict.title_in(body.language)}: {NEEDS_ADDRESS} Give it, or leave this office out by `office_ids`."
        errors = [FieldError(f"/supporter/{part}", detail) for part in missing]
        raise Invalid("An office asks for your home address.", errors=errors)
