"""A draft becomes a mail. Pure but for the token, which only the holder of the secret can make."""

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.composing.compose import compose
from app.composing.sender import display_name
from app.config import PROJECT, Settings
from app.delivery.drafts import Draft
from app.delivery.message import Mail
from app.services import submissions
from app.services.confirmation import TIME_TO_CONFIRM
from app.services.sealing import Keys

FOLDER = PROJECT / "templates" / "mail"
FALLBACK = "en"

_environment = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text


def letter(draft: Draft, keys: Keys, settings: Settings) -> Mail:
    """Return the letter as it goes to the office."""
    (row,) = draft.letters
    office = draft.brief.office(row.office_id)
    if office is None or draft.submission.sealed is None or draft.address is None:
        raise LookupError("the gates let something through that cannot be written")
    supporter, own = submissions.unseal(keys, draft.submission.id, draft.submission.sealed)
    composed = compose(draft.brief, office, draft.holder, submissions.handed(row, supporter, own))
    sender = draft.brief.mail_from or settings.mail_from
    domain = sender.rpartition("@")[2]
    via = draft.brief.organisation if draft.brief.name_organisation else domain
    return Mail(
        sender=sender,
        sender_name=f"{display_name(draft.brief, supporter)} via {via}",
        to=draft.address,
        subject=composed.subject,
        body=composed.body,
        message_id=f"{row.id}@{domain}",
        person=supporter.name,
        reply_to=supporter.email if draft.brief.reply_to_supporter else None,
    )


def notice(draft: Draft, keys: Keys, settings: Settings) -> Mail:
    """Return a notice to a supporter. It holds nothing that whoever typed the address could choose."""
    submission = draft.submission
    if submission.sealed is None or draft.claim.notice is None:
        raise LookupError("a notice to somebody who was erased")
    supporter, _ = submissions.unseal(keys, submission.id, submission.sealed)
    language = submission.language if (FOLDER / submission.language).is_dir() else FALLBACK
    text = _environment.get_template(f"{language}/{draft.claim.notice.value}.txt").render(
        campaign=draft.brief.title_in(language),
        offices=[submissions.public(draft.brief, row, language=language).office for row in draft.letters],
        url=f"{settings.base_url}/confirm/{keys.token_for(submission.id)}",
        expires_on=format_date(submission.created_at + TIME_TO_CONFIRM, "long", locale=language),
    )
    subject, _, body = text.partition("\n")
    sender = draft.brief.mail_from or settings.mail_from
    domain = sender.rpartition("@")[2]
    return Mail(
        sender=sender,
        sender_name=domain,
        to=supporter.email,
        subject=subject.removeprefix("Subject:").strip(),
        body=body.strip() + "\n",
        message_id=f"{draft.claim.id}@{domain}",
        person=supporter.name,
        automatic=True,
    )
