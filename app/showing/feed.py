"""What happened in a campaign as an Atom feed (RFC 4287)."""

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

ATOM = "http://www.w3.org/2005/Atom"


class Entry(NamedTuple):
    """One thing that happened."""

    id: uuid.UUID
    title: str
    text: str
    at: datetime


class Feed(NamedTuple):
    """A campaign's entries, the newest first. `url`: where this feed is found."""

    id: uuid.UUID
    title: str
    author: str
    language: str
    url: str
    entries: Sequence[Entry]


def atom(feed: Feed) -> str:
    """Return the feed as XML; all text is text, nothing is markup."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": feed.language})
    _add(root, "id", feed.id.urn)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.entries[0].at.isoformat())
    _add(_add(root, "author"), "name", feed.author)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    for each in feed.entries:
        entry = _add(root, "entry")
        _add(entry, "id", each.id.urn)
        _add(entry, "title", each.title)
        _add(entry, "updated", each.at.isoformat())
        _add(entry, "content", each.text, type="text")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}'


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    element.text = text
    return element
