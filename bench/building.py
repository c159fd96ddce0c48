"""How much processor time a letter costs a worker from its sealed submission to its bytes, sealed again, by step."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from app.composing.compose import OwnPart, compose
from app.composing.sender import Supporter
from app.config import Settings
from app.delivery import mails, message
from app.delivery.claims import Claim
from app.delivery.drafts import LetterDraft, Own
from app.delivery.message import Mail
from app.models.columns import now, uuid7
from app.models.letter import LetterKind, Stage
from app.models.letter_texts import Audience
from app.models.office import Channel
from app.models.submission import SubmissionCreate
from app.services import submissions
from app.services.counting.stages import Standing
from app.services.handing_in import idempotency
from app.services.handing_in.letters import seed_of
from app.services.returning import returns
from app.services.returning.returns import Purpose
from app.services.sealing import Keys
from bench import letters

PEOPLE = 300  # write to an office of each audience
ROUNDS = 7
ADDRESS = "office@by.example.org"
PARAGRAPH = "As a nurse in Berlin I know what missing treatment means, and what it means to wait for it. " * 4
SETTINGS = Settings(_env_file=None)
KEYS = Keys(SETTINGS.secret_key)

Thing = TypeVar("Thing")


def steps(language: str) -> dict[str, float]:
    """Return microseconds of CPU a letter: each step by itself, and all of it for one letter after another."""
    drafts = list(_drafts(language))
    opened = [(draft, submissions.opened(draft.own, *_open(draft))) for draft in drafts]
    mails = [_write(draft) for draft in drafts]
    return {
        "open": _cpu(_open, drafts),
        "compose": _cpu(lambda each: compose(each[0].brief, each[0].brief.offices[0], each[0].holder, each[1]), opened),
        "return addresses": _cpu(_addresses, drafts),
        "bytes": _cpu(_build, mails),
        "seal": _cpu(_seal, mails),
        "together": _cpu(_whole, drafts),
    }


def closing() -> dict[str, float]:
    """Return microseconds of CPU a submission: made unreadable, and found again by three digests."""
    bodies = [_body("en", n) for n in range(PEOPLE)]
    return {
        "as JSON and sealed": _cpu(lambda body: submissions.seal(KEYS, uuid.UUID(int=1), body), bodies),
        "digest of the address": _cpu(lambda body: KEYS.digest_of_email(body.supporter.email), bodies),
        "digest of the key": _cpu(lambda body: idempotency.digest("letters free-ada", body.supporter.name), bodies),
        "as JSON and digest of the request": _cpu(
            lambda body: KEYS.digest(b"request", body.model_dump_json().encode()), bodies
        ),
    }


def _whole(draft: LetterDraft) -> None:
    mail = _write(draft)
    _build(mail)
    _seal(mail)


def _write(draft: LetterDraft) -> Mail:
    return mails.of(draft, KEYS, SETTINGS)


def _open(draft: LetterDraft) -> tuple[Supporter, OwnPart]:
    return submissions.unseal(KEYS, draft.claim.submission_id, draft.own.sealed or b"")


def _addresses(draft: LetterDraft) -> None:
    for purpose in (Purpose.ANSWER, Purpose.BOUNCE):
        returns.address(KEYS, purpose, draft.own.id, base=SETTINGS.returns_to, written_to=ADDRESS)


def _build(mail: Mail) -> bytes:
    return message.to_bytes(mail, at=now())


def _seal(mail: Mail) -> bytes:
    return KEYS.seal(f"{mail.subject}\n{mail.body}".encode(), about=uuid.UUID(int=1))


def _cpu(step: Callable[[Thing], object], things: Sequence[Thing]) -> float:
    """Return the smallest of several rounds, after one to warm up."""
    rounds = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        for thing in things:
            step(thing)
        rounds.append((time.process_time() - began) / len(things) * 1e6)
    return min(rounds[1:])


def _drafts(language: str) -> Iterator[LetterDraft]:
    """What a worker has read of as many letters, each of somebody else."""
    holder = letters.holder()
    for audience in Audience:
        content = letters.brief(language, audience)
        for n in range(PEOPLE):
            id_, submission_id, office_id = uuid7(), uuid7(), content.offices[0].id
            yield LetterDraft(
                claim=Claim(uuid7(), uuid7(), submission_id, id_, content.campaign_id, office_id, None, 1, 0),
                brief=content,
                address=ADDRESS,
                own=_own(id_, submission_id, office_id, language, n),
                standing=_standing(id_, submission_id, office_id, language),
                holder=holder,
            )


def _own(id_: uuid.UUID, submission_id: uuid.UUID, office_id: uuid.UUID, language: str, n: int) -> Own:
    body = _body(language, n)
    seed = seed_of(KEYS.digest_of_email(body.supporter.email), office_id)
    return Own(id_, LetterKind.PERSONAL, None, language, seed, None, submissions.seal(KEYS, submission_id, body))


def _body(language: str, n: int) -> SubmissionCreate:
    supporter = {"name": f"Sam Supporter {n}", "email": f"sam{n}@example.org", "country": "DE", "city": "Berlin"}
    return SubmissionCreate.model_validate(
        {"supporter": supporter, "language": language, "paragraph": PARAGRAPH, "consent": {"send": True}}
    )


def _standing(id_: uuid.UUID, submission_id: uuid.UUID, office_id: uuid.UUID, language: str) -> Standing:
    nobody, today = uuid.UUID(int=0), now().date()
    to = office_id, None, "DE", language, Channel.EMAIL, Stage.SENDING, today
    return Standing(id_, nobody, nobody, *to, submission_id)
