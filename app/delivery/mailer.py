"""The mail server, as far as delivery knows it: one method and two errors."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import errors as smtp

from app.config import LOCAL_HOSTS
from app.delivery.breaker import Breaker
from app.delivery.conversation import Closing, Conversation, Gone, words_of
from app.delivery.envelope import Envelope
from app.delivery.line import Line
from app.delivery.replies import Never, Outage, TryAgain

logger = logging.getLogger(__name__)

SMTP_PORT = 25
SMTPS_PORT = 465
COMMAND_TIMEOUT = 60.0  # seconds for each reply but the last
FINAL_TIMEOUT = 600.0  # seconds for the reply to the text (RFC 5321, 4.5.3.2.6)
FIRST_PAUSE = 5.0  # seconds after an outage until a probe
GOODBYE = 1.0  # second to wait for the reply to it


class Mailer(Protocol):
    @property
    def room(self) -> int:
        """How many more letters are worth claiming: none during an outage, then one as a probe."""
        ...

    async def send(self, envelope: Envelope, following: Envelope | None = None) -> str:
        """Hand a message over and return the server's reply; raise TryAgain or Never.

        `following` may be announced to the server meanwhile: it has to be sent next, or recalled.
        """
        ...

    def recall(self, envelope: Envelope) -> None:
        """Take back what was to follow: it will not be sent."""
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
        self._idle: list[Line] = []
        self._announced: dict[Envelope, Line] = {}
        self._command_timeout = command_timeout
        self._final_timeout = final_timeout
        self.breaker = Breaker(first_pause)

    @property
    def room(self) -> int:
        return self.breaker.room

    async def send(self, envelope: Envelope, following: Envelope | None = None) -> str:
        if not self.breaker.admits():
            self.recall(envelope)
            raise Outage("not tried: the mail server was away a moment ago", wait=self.breaker.remaining)
        probe = not self.breaker.is_closed
        try:
            reply = await self._hand_over(envelope, None if probe else following)
        except Outage as error:
            self._note_outage(error, probe=probe)
            raise
        except (TryAgain, Never):
            self.breaker.stands()
            raise
        except BaseException:
            self.breaker.left(probe=probe)
            raise
        self.breaker.stands()
        return reply

    def _note_outage(self, error: Outage, *, probe: bool) -> None:
        if self.breaker.is_closed:
            logger.warning("the mail server is away (%s): letters wait, and one tries again soon", error.reply)
        self.breaker.fell(probe=probe)
        error.wait = self.breaker.remaining

    def recall(self, envelope: Envelope) -> None:
        """Hang up on a server that waits for this text: nothing that it has heard so far is a letter."""
        if line := self._announced.pop(envelope, None):
            line.close()

    async def _hand_over(self, envelope: Envelope, following: Envelope | None) -> str:
        for line in self._kept(envelope):
            try:
                return await self._use(line, envelope, following)
            except (Gone, Closing):  # the server had closed it meanwhile; it has not taken the letter
                continue
        return await self._use(await self._connect(), envelope, following)

    def _kept(self, envelope: Envelope) -> Iterator[Line]:
        """Yield the connection on which it was announced, then those that are idle."""
        if announced := self._announced.pop(envelope, None):
            yield announced
        while self._idle:
            yield self._idle.pop()

    async def greet(self) -> None:
        """Connect and log in, so that one knows that it goes; raise Outage if it does not."""
        self._idle.append(await self._connect())

    async def close(self) -> None:
        """Say goodbye on every connection that is kept."""
        for envelope in list(self._announced):
            self.recall(envelope)
        while self._idle:
            line = self._idle.pop()
            with suppress(smtp.SMTPException, OSError):
                await line.ask(b"QUIT\r\n", timeout=GOODBYE)
            line.close()

    async def _use(self, line: Line, envelope: Envelope, following: Envelope | None) -> str:
        """Send over this connection, and keep it unless it broke."""
        timeouts = {"command_timeout": self._command_timeout, "final_timeout": self._final_timeout}
        try:
            reply = await Conversation(line, **timeouts).hand_over(envelope, following)
        except Never:
            await self._keep_clean(line)
            raise
        except BaseException:
            line.close()
            raise
        self._keep(line)
        return reply

    def _keep(self, line: Line) -> None:
        if line.announced:
            self._announced[line.announced] = line
        else:
            self._idle.append(line)

    async def _keep_clean(self, line: Line) -> None:
        try:
            if not line.announced:  # MAIL begins anew as well
                await line.ask(b"RSET\r\n", timeout=self._command_timeout)
        except (smtp.SMTPException, OSError):
            line.close()
        else:
            self._keep(line)

    async def _connect(self) -> Line:
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
            raise Outage(words_of(error)) from error
        return Line(connection)


async def _greet(connection: aiosmtplib.SMTP) -> None:
    """Say EHLO, unless logging in has done so already, or HELO to a server that knows no better."""
    if connection.is_ehlo_or_helo_needed:
        try:
            await connection.ehlo()
        except smtp.SMTPHeloError:
            await connection.helo()
