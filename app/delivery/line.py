"""A connection to a mail server, opened by aiosmtplib and then in our hands: several commands in one write."""

import asyncio
from collections import deque
from typing import Any, NamedTuple, cast

import aiosmtplib
from aiosmtplib import errors as smtp

from app.delivery.envelope import Envelope

LONGEST_REPLY = 32_768  # bytes
CONTINUES = b"-"  # after the code of a reply that has another line
NOT_A_REPLY = -1


class Reply(NamedTuple):
    code: int
    lines: list[bytes]

    @property
    def words(self) -> str:
        """What it says, line by line; of most replies nobody asks more than the code."""
        words = "\n".join([line[4:].strip().decode("utf-8", "surrogateescape") for line in self.lines])
        return f"Malformed reply: {words}" if self.code == NOT_A_REPLY else words


class Line(asyncio.Protocol):
    """Replies come in the order of the commands: whoever says something has heard the answers to all before.

    aiosmtplib reads one reply to one command, and drops what came with it (RFC 2920 is not for it).
    """

    def __init__(self, connection: aiosmtplib.SMTP) -> None:
        self.pipelining = connection.supports_extension("pipelining")
        self.announced: Envelope | None = None  # whose commands were said already, and whose replies come next
        self._transport = cast("Any", connection.transport)  # uvloop's is no asyncio.Transport
        self._unread = b""
        self._lines: list[bytes] = []
        self._replies: deque[Reply] = deque()
        self._heard = asyncio.Event()
        self._lost: Exception | None = None
        self._transport.set_protocol(self)

    def say(self, *commands: bytes) -> None:
        """Write; SMTPServerDisconnected if nobody listens, or if the server has said what nobody asked."""
        if self._lost or self._transport.is_closing():
            raise self._lost or smtp.SMTPServerDisconnected("the connection is lost")
        if self._replies or self._unread or self._lines:
            raise smtp.SMTPServerDisconnected("the server answers what it was not asked")
        self._transport.write(b"".join(commands))

    async def reply(self, *, timeout: float) -> Reply:  # noqa: ASYNC109 - each step of a conversation has its own
        """Return the next reply; SMTPServerDisconnected or SMTPReadTimeoutError if there will be none."""
        while not self._replies:
            if self._lost:
                raise self._lost
            self._heard.clear()
            expiry = asyncio.get_running_loop().call_later(timeout, self._expire)
            try:
                await self._heard.wait()
            finally:
                expiry.cancel()
        return self._replies.popleft()

    async def ask(self, command: bytes, *, timeout: float) -> Reply:  # noqa: ASYNC109 - see above
        """Say one thing, and return the reply."""
        self.say(command)
        return await self.reply(timeout=timeout)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self._lines.append(line)
            if line[3:4] != CONTINUES:
                self._replies.append(_reply(self._lines))
                self._lines = []
        if len(self._unread) + sum(map(len, self._lines)) > LONGEST_REPLY:
            self._lose(smtp.SMTPServerDisconnected("a reply without an end"))
        self._heard.set()

    def eof_received(self) -> None:
        self._lose(smtp.SMTPServerDisconnected("Unexpected EOF received"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(smtp.SMTPServerDisconnected(f"Connection lost: {exc}" if exc else "Connection lost"))

    def _expire(self) -> None:
        self._lose(smtp.SMTPReadTimeoutError("no reply in time"))

    def _lose(self, error: Exception) -> None:
        self._lost = self._lost or error
        self._heard.set()
        self._transport.close()


def _reply(lines: list[bytes]) -> Reply:
    code = lines[-1][:3]
    return Reply(int(code) if code.isdigit() else NOT_A_REPLY, lines)
