"""Delivery status notifications: RFC 3464 by the standard library, and what keeps to no rule by flufl.bounce."""

import logging
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from typing import NamedTuple

from flufl.bounce import all_failures

from app.incoming.text import header, plain_text

logging.getLogger("flufl.bounce").disabled = True  # it logs what it reads, and tracebacks of what it cannot

STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
FAILED, DELAYED = "failed", "delayed"
MOST_WORDS = 2_000  # characters of a report without form in which codes are looked for


class Report(NamedTuple):
    """What a mail server says became of a letter. `action` is failed, delayed, delivered, relayed or expanded."""

    action: str
    status: str
    words: str


def find(message: Message) -> Report | None:
    """Return the worst that a message reports, or None if it is no report."""
    found = [*_by_the_book(message)] or [*_without_form(message)]
    return next((each for each in found if each.action == FAILED), next(iter(found), None))


def _by_the_book(message: Message) -> Iterator[Report]:
    """Yield one report for each recipient. Only the message's own parts count: what it quotes is no report."""
    for part in _parts(message):
        if part.get_content_type() in STATUS_PARTS:
            for fields in _blocks(part):
                if action := header(fields, "Action").lower():
                    yield Report(action, header(fields, "Status"), header(fields, "Diagnostic-Code"))


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the groups of fields. In the form of RFC 6533 the standard library reads only the first as such."""
    for block in _parts(part):
        yield block
        if not block.is_multipart():
            yield from (message_from_string(each) for each in plain_text(block).split("\n\n"))


def _without_form(message: Message) -> Iterator[Report]:
    """Yield what is known only from a server's habits. Its own text is the only source of codes."""
    temporary, permanent = all_failures(message)
    if permanent or temporary:
        words = next((plain_text(part) for part in [message, *_parts(message)] if not part.is_multipart()), "")
        yield Report(FAILED if permanent else DELAYED, "", words[:MOST_WORDS])


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []
