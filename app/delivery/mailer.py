"""The mail server, as far as delivery knows it: one method and two errors."""

import logging
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import errors as smtp
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings

from app.config import LOCAL_HOSTS
from app.delivery.breaker import Breaker
from app.delivery.replies import CLOSING, Never, Outage, Step, TryAgain, kept, refusal

logger = logging.getLogger(__name__)

SMTP_PORT = 25
SMTPS_PORT = 465
COMMAND_TIMEOUT = 60.0  # seconds for each reply but the last
FINAL_TIMEOUT = 600.0  # seconds for the reply to the text (RFC 5321, 4.5.3.2.6)
FIRST_PAUSE = 5.0  # seconds after an outage until a probe
GO_ON, ACCEPTED = 354, 2  # the reply to DATA; the first digit of a yes


@dataclass(frozen=True, slots=True)
class Envelope:
    sender: str
    recipient: str
    message: bytes
    campaign: str = ""  # its slug, for choosing a mail server


class Mailer(Protocol):
    @property
    def room(self) -> int:
        """How many more letters are worth claiming: none during an outage, then one as a probe."""
        ...

    async def send(self, envelope: Envelope) -> str:
        """Hand a message over and return the server's reply; raise TryAgain or Never."""
        ...


class SmtpMailer:
    """Connections to one mail server, kept and used again."""

    def __init__(
        self,
        url: str,
        *,
        command_timeout: float = COMMAND_TIMEOUT,
        final_timeout: float = FINAL_TIMEOUT,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._url = urlsplit(url)
        self._idle: list[aiosmtplib.SMTP] = []
        self._command_timeout = command_timeout
        self._final_timeout = final_timeout
        self.breaker = Breaker(first_pause)

    @property
    def room(self) -> int:
        return self.breaker.room

    async def send(self, envelope: Envelope) -> str:
        if not self.breaker.admits():
            raise Outage("not tried: the mail server was away a moment ago", wait=self.breaker.remaining)
        try:
            reply = await self._hand_over(envelope)
        except Outage as error:
            self._note_outage(error)
            raise
        except (TryAgain, Never):
            self.breaker.stands()
            raise
        except BaseException:
            self.breaker.left()
            raise
        self.breaker.stands()
        return reply

    def _note_outage(self, error: Outage) -> None:
        if self.breaker.is_closed:
            logger.warning("the mail server is away (%s): letters wait, and one tries again soon", error.reply)
        self.breaker.fell()
        error.wait = self.breaker.remaining

    async def _hand_over(self, envelope: Envelope) -> str:
        while self._idle:
            try:
                return await self._use(self._idle.pop(), envelope)
            except (_Gone, _Closing):  # the server had closed it meanwhile; it has not taken the letter
                continue
        return await self._use(await self._connect(), envelope)

    async def greet(self) -> None:
        """Connect and log in, so that one knows that it goes; raise Outage if it does not."""
        self._idle.append(await self._connect())

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
            reply = await self._transfer(connection, envelope)
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
            timeout=self._command_timeout,
        )
        try:
            await connection.connect()
            await _greet(connection)
        except (smtp.SMTPException, OSError) as error:
            connection.close()
            raise Outage(_words_of(error)) from error
        return connection

    async def _transfer(self, connection: aiosmtplib.SMTP, envelope: Envelope) -> str:
        """Walk one message through MAIL, RCPT and DATA, and tell where it stopped."""
        step = Step.MAIL
        try:
            await connection.mail(envelope.sender)
            step = Step.RCPT
            await connection.rcpt(envelope.recipient)
            step = Step.DATA
            code, words = await connection.execute_command(b"DATA")
            if code == GO_ON:
                step = Step.TEXT  # from here on, nobody knows before the server has answered
                code, words = await self._say(connection, envelope.message)
        except smtp.SMTPResponseException as error:
            code, words = error.code, error.message
        except (smtp.SMTPException, OSError) as error:
            if step is Step.MAIL:
                raise _Gone(_words_of(error)) from error
            raise TryAgain(_words_of(error), uncertain=step is Step.TEXT) from error
        if step is Step.TEXT and code // 100 == ACCEPTED:
            return kept(f"{code} {words}")
        if code == CLOSING:
            raise (_Gone if step is Step.MAIL else _Closing)(kept(f"{code} {words}"))
        raise refusal(step, code, words)

    async def _say(self, connection: aiosmtplib.SMTP, message: bytes) -> aiosmtplib.SMTPResponse:
        """Hand over the text and wait for the last reply. aiosmtplib's own `data` does not tell which part failed."""
        if connection.protocol is None:
            raise smtp.SMTPServerDisconnected("the connection is lost")
        text = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(message))
        connection.protocol.write(text + b".\r\n")
        return await connection.protocol.read_response(timeout=self._final_timeout)


async def _greet(connection: aiosmtplib.SMTP) -> None:
    """Say EHLO, unless logging in has done so already, or HELO to a server that knows no better."""
    if connection.is_ehlo_or_helo_needed:
        try:
            await connection.ehlo()
        except smtp.SMTPHeloError:
            await connection.helo()


class _Gone(Outage):
    """The connection was closed before anything was said on it."""


class _Closing(TryAgain):
    """The server said that it closes the connection, and that it has not taken the letter."""


def _words_of(error: Exception) -> str:
    return kept(f"{type(error).__name__}: {error}")
