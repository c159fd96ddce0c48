"""A hostile mail server, in a process of its own. Its moods come by name on standard input; an empty line: none.

It has a port for each worker, so that its log tells which worker handed a message over.
"""

import argparse
import asyncio
import random
import re
import socket
import struct
import sys
import time
from functools import partial
from pathlib import Path

from nemesis.journal import Journal
from nemesis.moods import MOODS, REFUSED, Act, Mood, Step

HOST = "127.0.0.1"
TOGETHER = 0.5  # of the conversations take commands together
LARGEST = 1 << 20  # bytes of a message
BETWEEN_BYTES = 0.15  # seconds, when slow
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST
MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]*)>", re.MULTILINE | re.IGNORECASE)


class Relay:
    """`ports`: by the name of the worker that each is for."""

    def __init__(self, ports: dict[str, int], log: Journal, chance: random.Random) -> None:
        self.ports = ports
        self.log = log
        self.chance = chance
        self.mood: Mood | None = None
        self.passed = asyncio.Event()  # when the present mood is over
        self._servers: list[asyncio.Server] = []

    async def listen(self) -> None:
        self._servers = [
            await asyncio.start_server(partial(self._answer, worker), HOST, port, limit=LARGEST)
            for worker, port in self.ports.items()
        ]

    async def fall_into(self, mood: Mood | None) -> None:
        before, self.mood = self.mood, mood
        self.passed.set()
        self.passed = asyncio.Event()
        if mood and mood.name == REFUSED:
            for server in self._servers:
                server.close()
        elif before and before.name == REFUSED:
            await self.listen()

    def spoils(self, step: Step) -> Mood | None:
        """Return the mood if it spoils this step this time."""
        mood = self.mood
        return mood if mood and mood.step is step and self.chance.random() < mood.share else None

    async def _answer(self, worker: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Conversation(self, worker, reader, writer).run()


class Hung(Exception):
    """The conversation is over, rudely."""


class Conversation:
    """One connection."""

    def __init__(self, relay: Relay, worker: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.relay = relay
        self.worker = worker
        self.reader = reader
        self.writer = writer
        self.began = 0.0
        self.sender = self.recipient = ""

    async def run(self) -> None:
        try:
            await self._step(Step.CONNECT, "220 relay.example.org ESMTP")
            while line := await self.reader.readline():
                await self._command(line)
        except (Hung, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writer.close()

    async def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            together = "250-PIPELINING\r\n" if self.relay.chance.random() < TOGETHER else ""
            await self._step(Step.EHLO, f"250-relay.example.org\r\n{together}250 8BITMIME")
        elif verb == b"MAIL":
            self.began, self.sender, self.recipient = time.time(), _address(line), ""
            if not await self._step(Step.MAIL, "250 2.1.0 ok"):
                self.sender = ""
        elif (verb == b"RCPT" and not self.sender) or (verb == b"DATA" and not self.recipient):
            await self._say("503 5.5.1 not yet")  # to commands that came together with one that was refused
        elif verb == b"RCPT":
            self.recipient = _address(line)
            if not await self._step(Step.RCPT, "250 2.1.5 ok"):
                self.recipient = ""
        elif verb == b"DATA":
            await self._data()
        elif verb == b"QUIT":
            await self._say("221 2.0.0 bye")
            raise Hung
        else:
            await self._say("250 2.0.0 ok")

    async def _data(self) -> None:
        if not await self._step(Step.DATA, "354 go on"):
            return
        text = await self.reader.readuntil(b"\r\n.\r\n")
        mood = self.relay.spoils(Step.TEXT)
        if mood and mood.act in {Act.LOSE, Act.REPLY}:
            self._note("refused" if mood.words else "lost", text, said=mood.words)
        else:
            self._note("accepted", text, said=mood.name if mood else "250")
        if await self._do(mood, "250 2.0.0 accepted") and (after := self.relay.spoils(Step.AFTER)):
            await self._do(after, "")

    async def _step(self, step: Step, reply: str) -> bool:
        """Answer; tell whether the answer was the usual one."""
        mood = self.relay.spoils(step)
        if mood and mood.words.startswith("5") and step in {Step.MAIL, Step.RCPT, Step.DATA}:
            self._note("refused", b"", said=mood.words)
        return await self._do(mood, reply)

    async def _do(self, mood: Mood | None, reply: str) -> bool:
        match mood.act if mood else None:
            case None:
                await self._say(reply)
            case Act.REPLY:
                await self._say(mood.words if mood else "")
            case Act.SLOW:
                await self._say_slowly(reply)
            case Act.CLOSE:
                raise Hung
            case act:
                if act is Act.SILENCE:
                    await self.relay.passed.wait()
                self._reset()
        return mood is None

    async def _say(self, reply: str) -> None:
        self.writer.write(f"{reply}\r\n".encode())
        await self.writer.drain()

    async def _say_slowly(self, reply: str) -> None:
        for character in f"{reply}\r\n":
            self.writer.write(character.encode())
            await self.writer.drain()
            await asyncio.sleep(BETWEEN_BYTES)

    def _reset(self) -> None:
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.writer.transport.abort()
        raise Hung

    def _note(self, what: str, text: bytes, *, said: str) -> None:
        """Write down what was done with a message, before its sender is told."""
        found = MESSAGE_ID.search(text)
        self.relay.log.add(
            what=what,
            began=self.began,
            worker=self.worker,
            id=found[1].decode() if found else None,
            to=self.recipient,
            sender=self.sender,
            said=said,
        )


def _address(line: bytes) -> str:
    found = re.search(rb"<([^>]*)>", line)
    return found[1].decode() if found else ""


async def main() -> None:
    """Serve until standard input ends, as it does when whoever started us is gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("ports", nargs="+", help="worker=port")
    options = parser.parse_args()
    ports = {worker: int(port) for worker, port in (each.split("=") for each in options.ports)}
    relay = Relay(ports, Journal(options.log, durable=True), random.Random(options.seed))
    await relay.listen()
    moods = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(moods), sys.stdin)
    while line := await moods.readline():
        await relay.fall_into(MOODS.get(line.decode().strip()))


if __name__ == "__main__":
    asyncio.run(main())
