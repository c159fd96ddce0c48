"""Signatures of requests from another machine, as in Standard Webhooks: over id, time and body, good for minutes."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.database import Database
from app.errors import Conflict, Unauthorized
from app.models.columns import now
from app.models.idempotency import Idempotency
from app.rows.writing import insert_if_new

TOLERANCE = timedelta(minutes=5)  # either way, between the two clocks
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Signed:
    """What came with a request: `signature` holds one or several of `v1,<base64>`, separated by spaces."""

    id: str
    timestamp: str
    signature: str
    body: bytes

    @property
    def mark(self) -> bytes:
        """The same for the same request sent again, another for a retry, which is signed anew."""
        return hashlib.sha256(f"inbound\0{self.id}\0{self.timestamp}".encode()).digest()


def require(secret: str, signed: Signed, *, at: datetime) -> None:
    """Refuse what is not signed with this secret, or not within the last minutes."""
    expected = sign(secret, signed.id, signed.timestamp, signed.body)
    given = [each.encode() for each in signed.signature.split(" ")]
    if not any(hmac.compare_digest(expected.encode(), each) for each in given):
        raise Unauthorized("The signature does not fit. It is made as in Standard Webhooks, over id, time and body.")
    if not signed.timestamp.isascii() or not signed.timestamp.isdigit():
        raise Unauthorized("The time of the signature cannot be read: it is in seconds since 1970.")
    if abs(at - datetime.fromtimestamp(int(signed.timestamp[:12]), UTC)) > TOLERANCE:
        raise Unauthorized("The signature is too old, or one of the two clocks is wrong.")


def sign(secret: str, id_: str, timestamp: str, body: bytes) -> str:
    """Return the signature that is expected."""
    mac = hmac.digest(_key(secret), f"{id_}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(mac).decode()}"


async def once(database: Database, signed: Signed, do: Callable[[], Awaitable[object]]) -> None:
    """Do what is asked, unless this very request was taken before. What fails may be asked again as it stands."""
    async with database.reading() as session:
        if await session.get(Idempotency, signed.mark):
            raise Conflict("This request has been taken already. A retry is signed anew.")
    await do()
    async with database.transaction() as session:
        taken = {"key": signed.mark, "request": b"", "answer": "{}", "created_at": now()}
        await insert_if_new(session, Idempotency, taken)


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
