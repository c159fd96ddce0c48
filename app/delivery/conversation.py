"""How one letter is handed over: MAIL, RCPT, DATA and the text, and where it stopped if it did."""

import re

from aiosmtplib import errors as smtp

from app.delivery.line import Line, Reply
from app.delivery.replies import CLOSING, Outage, Refusal, Step, TryAgain, kept, refusal

GO_ON, YES = 354, 2  # the reply to DATA; the first digit of a yes
NOTHING = b".\r\n"  # a text that is empty
BEFORE_TEXT = (Step.MAIL, Step.RCPT, Step.DATA)
IN_A_COMMAND = re.compile(r"[\x21-\x7e]+")
LINE_END = re.compile(rb"\r\n|\n|\r")
PERIOD = re.compile(rb"(?m)^\.")


class Gone(Outage):
    """The connection was closed before anything was said on it."""


class Closing(TryAgain):
    """The server said that it closes the connection, and that it has not taken the letter."""


class Conversation:
    """One letter on one line. Where the server takes commands together (RFC 2920), they go in one write."""

    def __init__(self, line: Line, *, command_timeout: float, final_timeout: float) -> None:
        self._line = line
        self._command_timeout = command_timeout
        self._final_timeout = final_timeout

    async def hand_over(self, sender: str, recipient: str, message: bytes) -> str:
        """Return the words of the server's yes, or raise what its no means."""
        commands = _command("MAIL FROM", sender), _command("RCPT TO", recipient), b"DATA\r\n"
        if self._line.pipelining:
            await self._all_at_once(commands)
        else:
            await self._one_by_one(commands)
        return await self._text(message)

    async def _one_by_one(self, commands: tuple[bytes, ...]) -> None:
        for step, command in zip(BEFORE_TEXT, commands, strict=True):
            self._say(step, command)
            reply = await self._reply(step)
            if not _is_yes(step, reply):
                raise _no(step, reply)

    async def _all_at_once(self, commands: tuple[bytes, ...]) -> None:
        """The first no counts. DATA may be answered with a yes all the same: then nothing at all is the text."""
        self._say(Step.MAIL, b"".join(commands))
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

    async def _text(self, message: bytes) -> str:
        self._say(Step.DATA, _on_the_wire(message))
        reply = await self._reply(Step.TEXT)
        if not _is_yes(Step.TEXT, reply):
            raise _no(Step.TEXT, reply)
        return kept(f"{reply.code} {reply.words}")

    def _say(self, step: Step, data: bytes) -> None:
        try:
            self._line.say(data)
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


def _command(verb: str, address: str) -> bytes:
    """Return a command with an address; ValueError for one that could bring another command along."""
    if not IN_A_COMMAND.fullmatch(address) or "<" in address or ">" in address:
        raise ValueError("not an address for an envelope")
    return f"{verb}:<{address}>\r\n".encode("ascii")


def _on_the_wire(message: bytes) -> bytes:
    """Return a message with the line ends of SMTP, its dots doubled, and the end that a text has."""
    ends = message.count(b"\r\n")
    clean = ends == message.count(b"\n") == message.count(b"\r")  # as our own messages are
    text = PERIOD.sub(b"..", message if clean else LINE_END.sub(b"\r\n", message))
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
