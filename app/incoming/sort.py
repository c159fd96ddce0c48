"""A message that came back, and what it is: a bounce, a delay, an answer by a machine or by a person."""

import hashlib
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from app.incoming import automatic, reports
from app.incoming.reports import Report
from app.incoming.rules import Severity, severity
from app.incoming.text import body_text, header

LARGEST = 1024 * 1024  # bytes that are read of a message: attachments tell nothing that is needed
MOST_LINES = 5_000  # as well: each is tried with hundreds of patterns, and a megabyte can be nothing but lines


class Kind(StrEnum):
    BOUNCE = "bounce"
    REPORT = "report"  # of a delay or a success: nothing follows from it
    AUTOMATIC = "automatic"
    PERSON = "person"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a message is. `mark` is the same for a message that comes twice; `addressed` is where a token may stand."""

    kind: Kind
    mark: bytes
    addressed: str = ""
    severity: Severity = Severity.SOFT
    words: str = ""
    text: str = ""


ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")


def sort(raw: bytes) -> Incoming:
    """Read a message. Never raises: what cannot be read is told as that, and nothing of it is kept."""
    mark = hashlib.sha256(raw[:LARGEST]).digest()
    try:
        return _sorted(message_from_bytes(_beginning(raw)), mark)
    except Exception:  # noqa: BLE001 - strangers choose these bytes, and parsers of mail trip over some
        return Incoming(Kind.UNREADABLE, mark)


def _beginning(raw: bytes) -> bytes:
    return b"".join(raw[:LARGEST].splitlines(keepends=True)[:MOST_LINES])


def _sorted(message: Message, mark: bytes) -> Incoming:
    addressed = " ".join(str(value) for name in ADDRESSED for value in message.get_all(name, []))
    if message_id := header(message, "Message-ID"):
        mark = hashlib.sha256(message_id.encode()).digest()
    kind, report = _kind(message)
    if kind is Kind.BOUNCE and report:
        serious = severity(report.status, report.words)
        return Incoming(kind, mark, addressed, serious, words=f"{report.status} {report.words}".strip())
    return Incoming(kind, mark, addressed, text=body_text(message) if kind is Kind.PERSON else "")


def _kind(message: Message) -> tuple[Kind, Report | None]:
    machine = automatic.is_automatic(message)
    report = reports.find(message) if machine or automatic.is_from_a_server(message) else None
    if report is not None:
        return (Kind.BOUNCE if report.action == reports.FAILED else Kind.REPORT), report
    if automatic.is_from_a_server(message):
        return Kind.REPORT, None
    return (Kind.AUTOMATIC if machine else Kind.PERSON), None
