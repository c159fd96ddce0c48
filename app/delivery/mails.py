"""A draft becomes a mail. Pure but for the token, which only the holder of the secret can make."""

from collections.abc import Callable
from functools import partial

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.composing.sender import Supporter, display_name
from app.config import PROJECT, Settings
from app.delivery.drafts import Draft, LetterDraft, NoticeDraft
from app.delivery.message import Mail
from app.models.delivery import Notice
from app.models.letter import LEFT, LetterKind
from app.models.news import News
from app.models.prisoner import PrisonerStatus
from app.models.text import in_language
from app.services import submissions, wording
from app.services.handing_in.decisions import TIME_TO_CONFIRM
from app.services.returning import returns
from app.services.returning.returns import Purpose
from app.services.sealing import UNSUBSCRIBE, Keys

FOLDER = PROJECT / "templates" / "mail"
FALLBACK = "en"
SUBSCRIBED = frozenset({Notice.THANKS, Notice.OUTCOME, Notice.UPDATE})

_environment = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text


def of(draft: Draft, keys: Keys, settings: Settings) -> Mail:
    """Return what is sent."""
    match draft:
        case LetterDraft():
            return _letter(draft, keys, settings)
        case NoticeDraft():
            return _notice(draft, keys, settings)
    raise LookupError("neither a letter nor a notice")


def _letter(draft: LetterDraft, keys: Keys, settings: Settings) -> Mail:
    """Return the letter as it goes to the office."""
    letter = draft.own
    office = draft.brief.office(draft.standing.office_id)
    if office is None or letter.sealed is None or draft.address is None:
        raise LookupError("the gates let something through that cannot be written")
    supporter, own = submissions.unseal(keys, draft.claim.submission_id, letter.sealed)
    composed = wording.composed(draft.brief, office, draft.holder, letter, supporter, own, endorsers=draft.endorsers)
    sender = draft.brief.mail_from or settings.mail_from
    domain = sender.rpartition("@")[2]
    back = partial(returns.address, keys, id_=letter.id, base=settings.returns_to, written_to=draft.address)
    return Mail(
        sender=sender,
        sender_name=_sender_name(draft, supporter, domain),
        to=draft.address,
        subject=composed.subject,
        body=composed.body,
        message_id=f"{letter.id}@{domain}",
        person=supporter.name,
        reply_to=_answers_to(draft, supporter, back),
        returns_to=back(Purpose.BOUNCE),
    )


def _sender_name(draft: LetterDraft, supporter: Supporter, domain: str) -> str:
    if draft.own.kind is LetterKind.JOINT:
        return draft.brief.organisation
    via = draft.brief.organisation if draft.brief.name_organisation else domain
    return f"{display_name(draft.brief, supporter)} via {via}"


def _answers_to(draft: LetterDraft, supporter: Supporter, back: Callable[[Purpose], str]) -> str | None:
    """Return where answers go. To a campaign's own address they go by themselves, unless it wants them kept."""
    brief = draft.brief
    if draft.own.kind is LetterKind.JOINT and supporter.email:
        return supporter.email
    if draft.own.kind is LetterKind.PERSONAL and brief.reply_to_supporter:
        return supporter.email
    return back(Purpose.ANSWER) if brief.mail_from is None or brief.keep_answers else None


def _notice(draft: NoticeDraft, keys: Keys, settings: Settings) -> Mail:
    """Return a notice to a supporter. Asking to confirm, it holds nothing that whoever typed the address chose."""
    submission, kind = draft.submission, draft.claim.notice
    if submission.sealed is None or kind is None:
        raise LookupError("a notice to somebody who was erased")
    supporter, _ = submissions.unseal(keys, submission.id, submission.sealed)
    text = _enclosed(draft, keys) if kind is Notice.TEST else _render(draft, keys, settings)
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
        returns_to=returns.address(keys, Purpose.NOTICE, submission.id, base=settings.returns_to),
        unsubscribe=_unsubscribe(draft, keys, settings) if kind in SUBSCRIBED else None,
    )


def _render(draft: NoticeDraft, keys: Keys, settings: Settings) -> str:
    """Return a notice's text in the supporter's language, its subject on the first line."""
    submission, topic = draft.submission, draft.topic
    language = submission.language if (FOLDER / submission.language).is_dir() else FALLBACK
    kind = draft.claim.notice.value if draft.claim.notice else ""
    return _environment.get_template(f"{language}/{kind}.txt").render(
        campaign=draft.brief.title_in(language),
        letters=[(row, submissions.public(draft.brief, row, language=language).office) for row in draft.letters],
        url=f"{settings.base_url}/confirm/{keys.token_for(submission.id)}",
        expires_on=format_date(submission.created_at + TIME_TO_CONFIRM, "long", locale=language),
        copies=_copies(draft, keys) if draft.claim.notice is Notice.COPY else [],
        text=_told(topic.news, language) if topic.news else "",
        outcome=topic.campaign.outcome if topic.campaign else None,
        prisoner=topic.prisoner.names.get(language, topic.prisoner.name) if topic.prisoner else "",
        died=topic.prisoner is not None and topic.prisoner.status is PrisonerStatus.DIED,
        answer=_enclosed(draft, keys) if topic.enclosure else "",
        unsubscribe=_unsubscribe(draft, keys, settings),
    )


def _told(news: News, language: str) -> str:
    """Return what happened, and under it what is asked for from now on."""
    return "\n\n".join(filter(None, (in_language(news.text, language), in_language(news.instructions, language))))


def _copies(draft: NoticeDraft, keys: Keys) -> list[str]:
    """Return the letters as they left."""
    return [
        keys.open(row.sealed_text, about=row.id).decode()
        for row in draft.letters
        if row.sealed_text and row.stage in LEFT
    ]


def _enclosed(draft: NoticeDraft, keys: Keys) -> str:
    enclosure = draft.topic.enclosure
    if enclosure is None:
        raise LookupError("a notice that has lost what it brings")
    return keys.open(enclosure.sealed, about=enclosure.id).decode()


def _unsubscribe(draft: NoticeDraft, keys: Keys, settings: Settings) -> str:
    return f"{settings.base_url}/unsubscribe/{keys.token_for(draft.submission.id, purpose=UNSUBSCRIBE)}"
