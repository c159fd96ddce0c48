"""An e-mail as bytes. Headers come from an allow-list, and no value can bring another header along."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)
WORD_BYTES = 45  # of UTF-8 in one encoded word: 60 characters of base64, under the 75 of RFC 2047
PLAIN = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~.-]+")
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+@[A-Za-z0-9.-]+")
LINE_BYTES = 76
SUBJECT_BYTES = LINE_BYTES - len("Subject: ")


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail before it is bytes. Addresses are bare; names are for people."""

    sender: str
    sender_name: str
    to: str
    subject: str
    body: str
    message_id: str
    person: str  # the supporter's name, which no server's reply may bring into the database
    reply_to: str | None = None
    automatic: bool = False


def to_bytes(mail: Mail, *, at: datetime) -> bytes:
    """Return the message as on the wire: CRLF, ASCII, lines of 76 bytes; ValueError if a header is not clean."""
    encoding, body = _encode(mail.body)
    values = {
        "From": _mailbox(mail.sender_name, mail.sender),
        "To": _address(mail.to),
        "Reply-To": _address(mail.reply_to) if mail.reply_to else None,
        "Subject": _unstructured(mail.subject),
        "Date": format_datetime(at),
        "Message-ID": f"<{_address(mail.message_id)}>",
        "Auto-Submitted": "auto-generated" if mail.automatic else None,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": encoding,
    }
    head = "".join(f"{name}: {values[name]}\r\n" for name in HEADERS if values[name]).encode("ascii")
    _check(head)
    return head + b"\r\n" + body


def _check(head: bytes) -> None:
    """Hold the serialised headers against the allow-list: whatever happened before, nothing else leaves."""
    for line in head.split(b"\r\n")[:-1]:
        name = line.split(b":", 1)[0].decode("ascii")
        if not line.startswith(b" ") and name not in HEADERS:
            raise ValueError("a header that is not ours")
    if b"\r" in head.replace(b"\r\n", b"") or b"\n" in head.replace(b"\r\n", b""):
        raise ValueError("a bare line end in the headers")


def _mailbox(name: str, address: str) -> str:
    if PLAIN.fullmatch(name) and "=?" not in name and len(name) < LINE_BYTES:
        return f'"{name}" <{_address(address)}>'
    return f"{_words(name)}\r\n <{_address(address)}>"


def _unstructured(text: str) -> str:
    if text.isascii() and text.isprintable() and "=?" not in text and len(text) <= SUBJECT_BYTES:
        return text
    return _words(text)


def _words(text: str) -> str:
    """Encode as RFC 2047 words; what looks like an encoded word already is encoded again, and so stays text."""
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in _parts(text))


def _parts(text: str) -> Iterator[bytes]:
    part = b""
    for character in text:
        encoded = character.encode()
        if len(part) + len(encoded) > WORD_BYTES:
            yield part
            part = b""
        part += encoded
    yield part


def _address(address: str) -> str:
    """Return an address with its domain in ASCII; ValueError unless it is one address and nothing else."""
    local, _, domain = address.rpartition("@")
    ascii_address = f"{local}@{domain.encode('idna').decode()}" if not domain.isascii() else address
    if not ADDRESS.fullmatch(ascii_address) or not ascii_address.isascii():
        raise ValueError("not one plain address")
    return ascii_address


def _encode(text: str) -> tuple[str, bytes]:
    """Choose the shorter of quoted-printable and base64: readable for Latin letters, compact for others."""
    raw = text.replace("\n", "\r\n").encode()
    quoted = binascii.b2a_qp(raw, istext=True)
    if len(quoted) < len(raw) * 4 // 3:
        return "quoted-printable", quoted.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return "base64", binascii.b2a_base64(raw, newline=False) if len(raw) < LINE_BYTES // 2 else _base64(raw)


def _base64(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")
