"""A door by which mail comes back: LMTP (RFC 2033), for a mail server on this machine."""

import asyncio
import logging

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from app.database import Database
from app.services.returning import inbound
from app.services.sealing import Keys

logger = logging.getLogger(__name__)

TAKEN = "250 2.0.0 taken"
LATER = "451 4.3.0 not now, please come again"


async def listen(database: Database, keys: Keys, host: str, port: int) -> asyncio.Server:
    """Take in whatever is handed over, and answer 451 while the database is away."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own log names recipients
    taker = _Taker(database, keys)
    return await asyncio.get_running_loop().create_server(lambda: _Line(taker, hostname="unsilenced"), host, port)


class _Line(LMTP):
    """A connection. Lines may be long: to refuse what is malformed would only make another bounce."""

    line_length_limit = 1024 * 1024  # bytes


class _Taker:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    async def handle_DATA(self, _server: LMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Return one reply for each recipient, as LMTP wants it."""
        raw = envelope.original_content or b""
        return "\r\n".join([await self._take(raw, recipient) for recipient in envelope.rcpt_tos])

    async def _take(self, raw: bytes, to: str) -> str:
        try:
            await inbound.take(self._database, self._keys, raw, to=to)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with us, the message is not lost
            logger.warning("a message could not be taken in (%s): it has to come again", type(error).__name__)
            return LATER
        return TAKEN
