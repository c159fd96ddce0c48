"""The supporter's own part of a letter: checked against what the campaign allows and offers."""

from collections.abc import Sequence

from app.composing import texts
from app.composing.brief import BriefContent
from app.composing.compose import OwnPart
from app.composing.recipients import Recipient
from app.errors import FieldError, Invalid
from app.models.campaign import OwnText
from app.models.submission import SubmissionCreate


def checked(brief: BriefContent, recipients: Sequence[Recipient], body: SubmissionCreate) -> OwnPart:
    """Return what a supporter puts into their letters, or refuse what does not belong there."""
    errors = [
        *_text_errors(brief, body),
        *_role_errors(body),
        *_argument_errors(brief, recipients, body),
    ]
    if errors:
        raise Invalid("Some of your own words cannot be taken as they are.", errors=errors)
    return OwnPart(body.paragraph, body.text, body.role, tuple(body.arguments or ()), body.language)


def arguments(brief: BriefContent, recipients: Sequence[Recipient], language: str) -> dict[str, str]:
    """Return the arguments among which a supporter can choose: label by key, in their language where it is there."""
    offered: dict[str, str] = {}
    for recipient in recipients:
        for each in (recipient.language, language):
            wording = brief.texts.get(each, {}).get(recipient.office.audience)
            offered |= {key: argument.label for key, argument in wording.arguments.items()} if wording else {}
    return offered


def _text_errors(brief: BriefContent, body: SubmissionCreate) -> list[FieldError]:
    if body.text is None:
        return []
    if brief.own_text is not OwnText.WHOLE:
        return [FieldError("/text", "This campaign takes a paragraph of your own, in `paragraph`, not a whole text.")]
    if body.paragraph is not None:
        return [FieldError("/paragraph", "Put everything into `text`, or leave `text` out.")]
    return []


def _role_errors(body: SubmissionCreate) -> list[FieldError]:
    phrases = texts.phrases(body.language)
    if body.role is None or phrases is None or body.role.casefold().startswith(phrases.role_begins):
        return []
    sentence = phrases.role.replace("{role}", phrases.role_example)
    return [FieldError("/role", f"Please begin as in “{phrases.role_example}”: the letter says “{sentence}”")]


def _argument_errors(brief: BriefContent, recipients: Sequence[Recipient], body: SubmissionCreate) -> list[FieldError]:
    if not body.arguments:
        return []
    offered = arguments(brief, recipients, body.language)
    return [
        FieldError(f"/arguments/{n}", f"Not among the arguments offered, which are: {', '.join(offered) or 'none'}.")
        for n, key in enumerate(body.arguments)
        if key not in offered
    ]
