"""Submissions as they are kept: sealed, and opened again for composing."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing.brief import BriefContent
from app.composing.compose import Opened, OwnPart
from app.composing.sender import Supporter
from app.models.delivery import Delivery, Enclosure
from app.models.letter import Letter, LetterPublic
from app.models.submission import Submission, SubmissionCreate, SubmissionPublic, SubmissionStatus
from app.services.counting.stages import Standing
from app.services.sealing import Keys

SEALED = {"supporter", "paragraph", "text", "role", "arguments", "language"}  # of a body


def seal(keys: Keys, submission_id: uuid.UUID, body: SubmissionCreate) -> bytes:
    """Encrypt all that tells who the supporter is, and their own words."""
    return keys.seal(body.model_dump_json(include=SEALED, exclude_none=True).encode(), about=submission_id)


def unseal(keys: Keys, submission_id: uuid.UUID, sealed: bytes) -> tuple[Supporter, OwnPart]:
    """Return the supporter's details and their own part of the letters."""
    kept = from_json(keys.open(sealed, about=submission_id))
    supporter, own = kept if isinstance(kept, list) else (kept.pop("supporter"), kept)  # a list until December 2026
    return Supporter(**supporter), OwnPart(**{**own, "arguments": tuple(own.get("arguments", ()))})


class Chosen(Protocol):
    """A letter, as far as composing asks for its own choices."""

    @property
    def prisoner_id(self) -> uuid.UUID | None: ...
    @property
    def language(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def copies(self) -> list[str] | None: ...


def opened(letter: Chosen, supporter: Supporter, own: OwnPart) -> Opened:
    """Return what composing needs of a letter's submission."""
    copies = tuple(uuid.UUID(office_id) for office_id in letter.copies or ())
    return Opened(supporter, own, letter.prisoner_id, letter.language, letter.seed, copies)


async def letters_of(session: AsyncSession, submission_id: uuid.UUID) -> list[Letter]:
    """Return a submission's letters as they stand in the database now."""
    which = select(Letter).where(col(Letter.submission_id) == submission_id).order_by(col(Letter.id))
    return list(await session.exec(which, execution_options={"populate_existing": True}))


class Told(Protocol):
    """A submission, as far as its client is told of it."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def language(self) -> str: ...
    @property
    def confirmed_at(self) -> datetime | None: ...


def told(submission: Told, brief: BriefContent, letters: Sequence[Standing]) -> SubmissionPublic:
    """Return what the supporter's client is told."""
    status = SubmissionStatus.CONFIRMED if submission.confirmed_at else SubmissionStatus.UNCONFIRMED
    shown = [_shown(brief, each, language=submission.language) for each in letters]
    return SubmissionPublic.model_validate({"submission_id": submission.id, "status": status, "letters": shown})


def _shown(brief: BriefContent, letter: Standing, *, language: str) -> dict[str, object]:
    title = _title(brief, letter.office_id, language)
    return letter._asdict() | {"office": title, "posted_for_you": letter.print_run_id is not None}


def public(brief: BriefContent, letter: Letter, *, language: str) -> LetterPublic:
    """Return a letter as its supporter sees it, in their language."""
    title = _title(brief, letter.office_id, language)
    more = {"office": title, "posted_for_you": letter.print_run_id is not None}
    return LetterPublic.model_validate(letter.model_dump() | more)


async def forget(session: AsyncSession, ids: Sequence[uuid.UUID], *, at: datetime) -> None:
    """Drop all that tells who handed these in; counts stay. What a worker holds it may still settle, or finds gone."""
    idle = col(Delivery.submission_id).in_(ids), col(Delivery.lease).is_(None)
    await session.exec(sa.update(Delivery).where(*idle).values(due_at=None))
    letters = sa.update(Letter).where(col(Letter.submission_id).in_(ids))
    nothing = dict.fromkeys(("digest", "sealed_text", "message_id", "server_reply", "sealed_answer"))
    await session.exec(letters.values(nothing))
    await session.exec(sa.delete(Enclosure).where(col(Enclosure.submission_id).in_(ids)))
    forgotten = sa.update(Submission).where(col(Submission.id).in_(ids))
    await session.exec(forgotten.values(sealed=None, digest=None, source=None, consent_contact=False, erased_at=at))


def _title(brief: BriefContent, office_id: uuid.UUID, language: str) -> str:
    office = brief.office(office_id)
    return office.title_in(language) if office else ""
