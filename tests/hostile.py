"""A mail server that is hostile on purpose: it says, step by step, what it is told to say, or nothing at all."""

import asyncio
import socket
import ssl
import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

STEPS = ("banner", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "text", "RSET", "QUIT")
PLEASANT = {
    "banner": "220 hostile.example.org ESMTP",
    "EHLO": "250 hostile.example.org",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "text": "250 2.0.0 taken",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
}
SILENCE, FIN, RST = "silence", "fin", "rst"  # instead of a reply


@dataclass
class Hostile:
    """`hostile.says["RCPT"] = ["451 later", RST]`: the first time this, the second that, and then as one should.

    `taken` are the texts to which it said yes; `heard` is how often each step came. `at("text")` waits for a step.
    `slowly`: bytes of each reply come one by one. `pipelining`: it takes commands together (RFC 2920). `tls`: STARTTLS
    is offered with this certificate.
    """

    says: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    taken: list[bytes] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    host: str = "127.0.0.1"
    slowly: bool = False
    pipelining: bool = False
    tls: ssl.SSLContext | None = None
    before_reply: Callable[[str], None] | None = None
    url: str = ""

    def __post_init__(self) -> None:
        self._steps: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(0))
        self._conversations: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def at(self, step: str) -> None:
        """Wait until this step has come once more."""
        await asyncio.wait_for(self._steps[step].acquire(), 60)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, self.host, 0)
        self.url = f"smtp://{self.host}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._conversations.add(task)
        self._writers.add(writer)
        try:
            await self._listen(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, _Over):
            pass
        finally:
            self._conversations.discard(task)

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._reply(writer, "banner")
        while True:
            line = await reader.readuntil(b"\r\n")
            step = line[:8].split()[0].decode().upper()
            said = await self._reply(writer, step)
            if step == "DATA" and said.startswith("354"):
                text = await _text(reader)
                if (await self._reply(writer, "text", text)).startswith("2"):
                    continue
            if step == "STARTTLS" and said.startswith("220") and self.tls:
                await writer.start_tls(self.tls)

    async def _reply(self, writer: asyncio.StreamWriter, step: str, text: bytes = b"") -> str:
        self.heard[step] += 1
        script = self.says[step]
        said = script.pop(0) if script else self._pleasantly(step)
        if said.startswith("2") and text:
            self.taken.append(text)
        self._steps[step].release()
        if self.before_reply:
            self.before_reply(step)
        if said == SILENCE:
            await asyncio.Event().wait()
        if said in {FIN, RST}:
            if said == RST:
                _reset(writer)
            writer.close()
            raise _Over
        await self._write(writer, said)
        return said

    def _pleasantly(self, step: str) -> str:
        if step == "EHLO" and self.tls:
            return "250-hostile.example.org\r\n250 STARTTLS"
        if step == "EHLO" and self.pipelining:
            return "250-hostile.example.org\r\n250 PIPELINING"
        if step == "STARTTLS" and self.tls:
            return "220 2.0.0 ready"
        return PLEASANT.get(step, "502 5.5.1 what?")

    async def _write(self, writer: asyncio.StreamWriter, said: str) -> None:
        line = said.encode() + b"\r\n"
        for part in (line[n : n + 1] for n in range(len(line))) if self.slowly else [line]:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)


async def _text(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        lines.append(line)
    return b"".join(lines)


class _Over(Exception):
    """The conversation is over."""


def _reset(writer: asyncio.StreamWriter) -> None:
    """Let closing be a reset, without a goodbye."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
