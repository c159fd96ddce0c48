"""What stands in a letter: as it left, or as it would leave now."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Protocol

from app.composing import joint
from app.composing.brief import BriefContent, BriefOffice
from app.composing.compose import ComposedLetter, OwnPart, compose
from app.composing.joint import Endorser
from app.composing.sender import Supporter
from app.models.letter import Letter, LetterKind
from app.models.official import Holder
from app.models.submission import Submission
from app.services import submissions
from app.services.sealing import Keys


def seal(keys: Keys, text: ComposedLetter, *, about: uuid.UUID) -> bytes:
    """Return a letter's text as it is kept once it has left, or was printed."""
    return keys.seal(f"{text.subject}\n{text.body}".encode(), about=about)


class Worded(submissions.Chosen, Protocol):
    """A letter, as far as wording it asks."""

    @property
    def kind(self) -> LetterKind: ...


def composed(
    brief: BriefContent,
    office: BriefOffice,
    holder: Holder | None,
    letter: Worded,
    supporter: Supporter,
    own: OwnPart,
    *,
    endorsers: Sequence[Endorser] = (),
) -> ComposedLetter:
    """Return a letter to whoever holds the office: a supporter's own, or the joint one of those who signed."""
    if letter.kind is LetterKind.JOINT:
        return joint.compose(brief, office, holder, language=letter.language, endorsers=endorsers)
    return compose(brief, office, holder, submissions.opened(letter, supporter, own))


def text_of(
    keys: Keys,
    brief: BriefContent,
    submission: Submission,
    letter: Letter,
    holders: Mapping[uuid.UUID, Holder],
    endorsers: Sequence[Endorser] = (),
) -> ComposedLetter:
    """Return the kept text, else the letter to whoever holds the office; empty where its writer was forgotten."""
    if letter.sealed_text is not None:
        subject, _, body = keys.open(letter.sealed_text, about=letter.id).decode().partition("\n")
        return ComposedLetter(subject, body)
    office = brief.office(letter.office_id)
    if office is None or submission.sealed is None:
        return ComposedLetter("", "")
    supporter, own = submissions.unseal(keys, submission.id, submission.sealed)
    return composed(brief, office, holders.get(office.id), letter, supporter, own, endorsers=endorsers)
