"""The addresses to which mail comes back. Each carries what it is about, and an HMAC that only we can make."""

import base64
import binascii
import hmac
import re
import uuid
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.services.sealing import Keys

TAG_BYTES = 3  # tells which of an office's few addresses a letter went to
MAC_BYTES = 11  # 88 bits, guessed only by sending mail; with id and tag just 48 characters, whatever their case
KEPT = 4_096  # tags in memory
TOKEN = re.compile(r"\+([a-z2-7]{48})@", re.IGNORECASE)


class Purpose(StrEnum):
    """What an address is for: who knows one of them cannot make another."""

    BOUNCE = "bounce"  # a letter's envelope sender
    ANSWER = "answer"  # a letter's Reply-To
    NOTICE = "notice"  # the envelope sender of a notice


class Returned(NamedTuple):
    """What an address says: `id` is a letter's, for a notice its submission's."""

    purpose: Purpose
    id: uuid.UUID
    tag: bytes


def address(keys: Keys, purpose: Purpose, id_: uuid.UUID, *, base: str, written_to: str = "") -> str:
    """Return the address to which comes back what follows from this letter or notice."""
    local, _, domain = base.rpartition("@")
    about = id_.bytes + tag(keys, written_to)
    token = base64.b32encode(about + _mac(keys, purpose, about)).decode().lower()
    return f"{local}+{token}@{domain}"


def read(keys: Keys, addresses: str) -> Returned | None:
    """Return what the first address of ours says, or None if there is none. Forged ones are none."""
    for token in TOKEN.findall(addresses):
        try:
            raw = base64.b32decode(token.upper())
        except binascii.Error:
            continue
        about, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        for purpose in Purpose:
            if hmac.compare_digest(mac, _mac(keys, purpose, about)):
                return Returned(purpose, uuid.UUID(bytes=about[:-TAG_BYTES]), about[-TAG_BYTES:])
    return None


@lru_cache(maxsize=KEPT)
def tag(keys: Keys, written_to: str) -> bytes:
    """Return what stands for an office's address in a token."""
    return keys.digest(b"written to", written_to.casefold().encode())[:TAG_BYTES]


def _mac(keys: Keys, purpose: Purpose, about: bytes) -> bytes:
    return keys.digest(f"return {purpose}".encode(), about)[:MAC_BYTES]
