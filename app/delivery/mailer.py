"""The mail server, as far as delivery knows it: one method and two errors."""

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import errors as smtp

from app.config import LOCAL_HOSTS

SMTP_PORT = 25
SMTPS_PORT = 465
COMMAND_TIMEOUT = 60.0  # seconds for each reply but the last
FINAL_TIMEOUT = 600.0  # seconds for the reply to the text (RFC 5321, 4.5.3.2.6)
REPLY_LENGTH = 300
ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
PERMANENT = 500  # reply codes from here on mean never
CLOSING = 421


class Refusal(Exception):
    """The server's words on why not."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply


class TryAgain(Refusal):
    """Not now. `uncertain`: the text had been handed over, so it may have arrived all the same."""

    def __init__(self, reply: str, *, uncertain: bool = False) -> None:
        super().__init__(reply)
        self.uncertain = uncertain


class Never(Refusal):
    """Not at all, whenever it is tried."""


@dataclass(frozen=True, slots=True)
class Envelope:
    sender: str
    recipient: str
    message: bytes


class Mailer(Protocol):
    async def send(self, envelope: Envelope) -> str:
        """Hand a message over and return the server's reply; raise TryAgain or Never."""
        ...


class SmtpMailer:
    """Connections to one mail server, kept and used again."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, envelope: Envelope) -> str:
        while self._idle:
            try:
                return await self._use(self._idle.pop(), envelope)
            except _Stale:  # the server had closed it meanwhile; nothing was handed over
                continue
        return await self._use(await self._connect(), envelope)

    async def close(self) -> None:
        """Say goodbye on every connection that is kept."""
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.quit(timeout=1)
            except (smtp.SMTPException, OSError):
                connection.close()

    async def _use(self, connection: aiosmtplib.SMTP, envelope: Envelope) -> str:
        """Send over this connection, and keep it unless it broke."""
        try:
            reply = await _transfer(connection, envelope)
        except Never:
            await self._keep_clean(connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return reply

    async def _keep_clean(self, connection: aiosmtplib.SMTP) -> None:
        try:
            await connection.rset()
        except (smtp.SMTPException, OSError):
            connection.close()
        else:
            self._idle.append(connection)

    async def _connect(self) -> aiosmtplib.SMTP:
        host = self._url.hostname or "localhost"
        smtps = self._url.scheme == "smtps"
        connection = aiosmtplib.SMTP(
            hostname=host,
            port=self._url.port or (SMTPS_PORT if smtps else SMTP_PORT),
            username=unquote(self._url.username) if self._url.username else None,
            password=unquote(self._url.password) if self._url.password else None,
            use_tls=smtps,
            start_tls=not smtps and host not in LOCAL_HOSTS,  # off this machine, never in plain
            timeout=COMMAND_TIMEOUT,
        )
        try:
            await connection.connect()
        except (smtp.SMTPException, OSError) as error:
            connection.close()
            raise TryAgain(_words_of(error)) from error
        return connection


class _Stale(TryAgain):
    """The connection was closed before anything was said on it."""


async def _transfer(connection: aiosmtplib.SMTP, envelope: Envelope) -> str:
    """Walk one message through MAIL, RCPT and DATA, and tell where it stopped."""
    try:
        await connection.mail(envelope.sender)
    except smtp.SMTPServerDisconnected as error:
        raise _Stale(_words_of(error)) from error
    except smtp.SMTPResponseException as error:
        refusal = _refusal(error)
        raise refusal if isinstance(refusal, TryAgain) else TryAgain(refusal.reply) from error  # it concerns us
    except (smtp.SMTPException, OSError) as error:
        raise TryAgain(_words_of(error)) from error
    try:
        await connection.rcpt(envelope.recipient)
    except (smtp.SMTPException, OSError) as error:
        raise _refusal(error) from error
    try:
        reply = await connection.data(envelope.message, timeout=FINAL_TIMEOUT)
    except smtp.SMTPDataError as error:
        raise _refusal(error) from error
    except (smtp.SMTPException, OSError) as error:
        raise TryAgain(_words_of(error), uncertain=True) from error
    return _kept(f"{reply.code} {reply.message}")


def _refusal(error: Exception) -> TryAgain | Never:
    if not isinstance(error, smtp.SMTPResponseException):
        return TryAgain(_words_of(error))
    reply = _kept(f"{error.code} {error.message}")
    if error.code == CLOSING:
        return _Stale(reply)
    return Never(reply) if error.code >= PERMANENT else TryAgain(reply)


def _words_of(error: Exception) -> str:
    return _kept(f"{type(error).__name__}: {error}")


def _kept(words: str) -> str:
    """Return a server's words as they may be kept: short, readable, without the address that servers like to repeat."""
    readable = "".join(character if character.isprintable() else "�" for character in words)
    return ADDRESS.sub("…@…", readable)[:REPLY_LENGTH]
