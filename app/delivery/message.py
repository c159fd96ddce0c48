"""An e-mail as bytes. Headers come from an allow-list, and no value can bring another header along."""

import base64
import binascii
import re
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

import idna

HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)
OURS = re.compile(r"(?:(?:{}): [ -~]+\r\n(?: [ -~]+\r\n)*)+".format("|".join(HEADERS)))
WORD_BYTES = 39  # of UTF-8 in one encoded word: with the header's name its line stays under 76 (RFC 2047)
WORD = re.compile(rb".{1,%d}(?![\x80-\xbf])" % WORD_BYTES, re.DOTALL)  # cut between characters
PLAIN = re.compile(r"[A-Za-z0-9 !#$%&'()*+,/:;=?^_`{|}~.-]+")
ADDRESS = re.compile(r"[!#-'*+./0-9=?A-Z^-~-]+@[A-Za-z0-9.-]+")
LINE_BYTES = 76
BASE64_LINE = re.compile(rb".{1,%d}" % LINE_BYTES)
FEW = 10  # one character in so many outside ASCII: then a third more bytes, as by base64
LINK = re.compile(r"https?://[A-Za-z0-9._~:/\[\]-]+")
LINE_ENDERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Mail(NamedTuple):
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
    returns_to: str | None = None  # the envelope's sender, where it is not the header's
    unsubscribe: str | None = None  # a link that ends what was subscribed to (RFC 8058)


def to_bytes(mail: Mail, *, at: datetime) -> bytes:
    """Return the message as on the wire: CRLF, ASCII, lines of 76 bytes; ValueError if a header is not clean."""
    encoding, body = _encode(mail.body)
    values = {
        "From": _mailbox(mail.sender_name, mail.sender),
        "To": _address(mail.to),
        "Reply-To": _address(mail.reply_to) if mail.reply_to else None,
        "Subject": _unstructured(mail.subject),
        "Date": _date(at.replace(microsecond=0)),
        "Message-ID": f"<{_address(mail.message_id)}>",
        "Auto-Submitted": "auto-generated" if mail.automatic else None,
        "List-Unsubscribe": f"<{_link(mail.unsubscribe)}>" if mail.unsubscribe else None,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" if mail.unsubscribe else None,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": encoding,
    }
    head = "".join([f"{name}: {value}\r\n" for name, value in values.items() if value])
    _check(head)
    return f"{head}\r\n".encode() + body


def _check(head: str) -> None:
    """Hold the serialised headers against the allow-list: whatever happened before, nothing else leaves."""
    if not OURS.fullmatch(head):
        raise ValueError("a header that is not ours, or a bare line end")


@lru_cache(maxsize=1)
def _date(second: datetime) -> str:
    return format_datetime(second)


def _mailbox(name: str, address: str) -> str:
    shown = f'"{name}"' if _is_plain(name, longest=LINE_BYTES - len('From: ""')) else _words(name)
    one_line = f"{shown} <{_address(address)}>"
    return one_line if len("From: " + one_line) <= LINE_BYTES else one_line.replace(" <", "\r\n <")


def _unstructured(text: str) -> str:
    return text if _is_plain(text, longest=LINE_BYTES - len("Subject: ")) else _words(text)


def _is_plain(text: str, *, longest: int) -> bool:
    """Tell whether a header can hold the text as it is; ValueError for what would end a line when it is decoded."""
    if LINE_ENDERS.search(text):
        raise ValueError("a control character in a header")
    return len(text) <= longest and "=?" not in text and PLAIN.fullmatch(text) is not None


def _words(text: str) -> str:
    """Encode as RFC 2047 words; what looks like an encoded word already is encoded again, and so stays text."""
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in WORD.findall(text.encode()))


def _address(address: str) -> str:
    """Return an address with its domain in ASCII; ValueError unless it is one address and nothing else."""
    if not address.isascii():
        local, _, domain = address.rpartition("@")
        address = f"{local}@{idna.encode(domain, uts46=True).decode()}"
    if not ADDRESS.fullmatch(address) or "=?" in address:
        raise ValueError("not one plain address")
    return address


def _link(url: str) -> str:
    """Return a link of ours on a line of its own; ValueError for what does not look like one."""
    if not LINK.fullmatch(url):
        raise ValueError("not a link of ours")
    return url


def _encode(text: str) -> tuple[str, bytes]:
    """Choose quoted-printable, readable, for Latin letters; for others base64, which then is shorter."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = text.encode()
    if len(raw) - len(text) <= len(text) // FEW:
        return "quoted-printable", binascii.b2a_qp(raw, istext=True).replace(b"\n", b"\r\n")
    encoded = binascii.b2a_base64(raw.replace(b"\n", b"\r\n"), newline=False)
    return "base64", b"\r\n".join(BASE64_LINE.findall(encoded)) + b"\r\n"
