"""How one letter is handed over: MAIL, RCPT, DATA and the text, and where it stopped if it did."""

import re

from aiosmtplib import errors as smtp

from app.delivery.envelope import Envelope
from app.delivery.line import Line, Reply
from app.delivery.replies import CLOSING, Outage, Refusal, Step, TryAgain, kept, refusal

GO_ON, YES = 354, 2  # the reply to DATA; the first digit of a yes
NOTHING = b".\r\n"  # a text that is empty
BEFORE_TEXT = (Step.MAIL, Step.RCPT, Step.DATA)
LINE_END = re.compile(rb"\r\n|\n|\r")
PERIOD = re.compile(rb"(?m)^\.")


class Gone(Outage):
    """The connection was closed before anything was said on it."""


class Closing(TryAgain):
    """The server said that it closes the connection, and that it has not taken the letter."""


class Conversation:
    """One letter on one line. Where the server takes commands together (RFC 2920), they go in one write.

    And those of the next letter go with the text of this one: they are `announced`.
    """

    def __init__(self, line: Line, *, command_timeout: float, final_timeout: float) -> None:
        self._line = line
        self._command_timeout = command_timeout
        self._final_timeout = final_timeout

    async def hand_over(self, envelope: Envelope, following: Envelope | None = None) -> str:
        """Return the words of the yes, or raise what the no means. `following` is announced if it comes so far."""
        if self._line.announced is envelope:
            self._line.announced = None
            await self._replies()
        elif self._line.pipelining:
            self._say(Step.MAIL, b"".join(envelope.commands))
            await self._replies()
        else:
            await self._one_by_one(envelope.commands)
        return await self._text(envelope.message, following if self._line.pipelining else None)

    async def _one_by_one(self, commands: tuple[bytes, ...]) -> None:
        for step, command in zip(BEFORE_TEXT, commands, strict=True):
            self._say(step, command)
            reply = await self._reply(step)
            if not _is_yes(step, reply):
                raise _no(step, reply)

    async def _replies(self) -> None:
        """The first no counts. DATA may be answered with a yes all the same: then nothing at all is the text."""
        no: Refusal | None = None
        for step in BEFORE_TEXT:
            try:
                reply = await self._reply(step)
            except Refusal as broken:
                raise no or broken from None
            if no and step is Step.DATA and reply.code == GO_ON:
                await self._take_back()
            if no is None and not _is_yes(step, reply):
                no = _no(step, reply)
        if no:
            raise no

    async def _take_back(self) -> None:
        try:
            await self._line.ask(NOTHING, timeout=self._final_timeout)
        except (smtp.SMTPException, OSError):
            return

    async def _text(self, message: bytes, following: Envelope | None) -> str:
        self._say(Step.DATA, _on_the_wire(message), *(following.commands if following else ()))
        self._line.announced = following
        reply = await self._reply(Step.TEXT)
        if not _is_yes(Step.TEXT, reply):
            raise _no(Step.TEXT, reply)
        return kept(f"{reply.code} {reply.words}")

    def _say(self, step: Step, *data: bytes) -> None:
        try:
            self._line.say(*data)
        except (smtp.SMTPException, OSError) as error:
            raise _broken(step, error) from error

    async def _reply(self, step: Step) -> Reply:
        timeout = self._final_timeout if step is Step.TEXT else self._command_timeout
        try:
            return await self._line.reply(timeout=timeout)
        except (smtp.SMTPException, OSError) as error:
            raise _broken(step, error) from error


def words_of(error: Exception) -> str:
    """Return what broke a connection, as it may be kept."""
    return kept(f"{type(error).__name__}: {error}")


def _on_the_wire(message: bytes) -> bytes:
    """Return a message with the line ends of SMTP, its dots doubled, and the end that a text has."""
    ends = message.count(b"\r\n")
    clean = ends == message.count(b"\n") == message.count(b"\r")  # as our own messages are
    text = message if clean else LINE_END.sub(b"\r\n", message)
    if b"\n." in text or text.startswith(b"."):
        text = PERIOD.sub(b"..", text)
    return text + (b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n")


def _is_yes(step: Step, reply: Reply) -> bool:
    return reply.code == GO_ON if step is Step.DATA else reply.code // 100 == YES


def _no(step: Step, reply: Reply) -> Refusal:
    if reply.code == CLOSING:
        return (Gone if step is Step.MAIL else Closing)(kept(f"{reply.code} {reply.words}"))
    return refusal(step, reply.code, reply.words)


def _broken(step: Step, error: Exception) -> Refusal:
    if step is Step.MAIL:
        return Gone(words_of(error))
    return TryAgain(words_of(error), uncertain=step is Step.TEXT)
