"""Headers and text of messages that may be broken in every way."""

import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from html.parser import HTMLParser

LONGEST_TEXT = 20_000  # characters of an answer that are kept
LONGEST_HEADER = 2_000  # characters that are looked at: patterns take long over endless ones
LONGEST_WORDS = 300  # characters of a server's words that are kept
ADDRESS = re.compile(r"[^\s<>;]+@[^\s<>;]+")
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
UNREAD = {"script", "style", "head", "title"}
BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"}


def header(message: Message, name: str) -> str:
    """Return a header as one readable line, or nothing."""
    raw = str(message.get(name, ""))[:LONGEST_HEADER]
    with suppress(HeaderParseError, LookupError, ValueError):  # else as it came
        raw = str(make_header(decode_header(raw)))
    return " ".join(UNSEEN.sub(" ", raw).split())


def body_text(message: Message) -> str:
    """Return what a person wrote: the first plain text, else the first HTML without its markup."""
    parts = [part for part in message.walk() if not part.is_multipart() and not part.get_filename()]
    by_type = {part.get_content_type(): part for part in reversed(parts)}  # the first of each type
    if plain := by_type.get("text/plain"):
        return plain_text(plain)[:LONGEST_TEXT].strip()
    html = by_type.get("text/html")
    return _without_markup(plain_text(html))[:LONGEST_TEXT].strip() if html else ""


def kept_words(words: str, *, without: str) -> str:
    """Return a server's words as they may be kept: short, readable, without addresses and without this name."""
    readable = " ".join(UNSEEN.sub(" ", words).split())
    nameless = re.sub(rf"\b{re.escape(without)}\b", "…", ADDRESS.sub("…@…", readable))
    return nameless[:LONGEST_WORDS]


def plain_text(part: Message) -> str:
    """Return a part's text, whatever its encoding claims to be."""
    raw = part.get_payload(decode=True)
    encoded = raw if isinstance(raw, bytes) else b""
    try:
        text = encoded.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        text = encoded.decode("utf-8", "replace")
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _without_markup(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._unread += tag in UNREAD
        if tag in BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unread = max(0, self._unread - (tag in UNREAD))

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.found.append(data.replace("\n", " "))
