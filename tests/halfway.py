"""A line to a mail server that breaks in the middle of a text, when whoever sends it is gone."""

import asyncio
from typing import Self
from urllib.parse import urlsplit


class Halfway:
    """Passes everything on; of the first text only one half, and then nothing until its sender hangs up."""

    def __init__(self, url: str) -> None:
        self.half_has_passed = asyncio.Event()
        self.url = ""
        self._to = urlsplit(url)
        self._conversations: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)
        replies, server = await asyncio.open_connection(self._to.hostname, self._to.port)
        back = asyncio.create_task(_pass(replies, writer))
        try:
            await self._pass_commands(reader, server)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            server.transport.abort()
            writer.transport.abort()
            await asyncio.gather(back, return_exceptions=True)

    async def _pass_commands(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        while True:
            line = await reader.readuntil(b"\r\n")
            server.write(line)
            if line == b"DATA\r\n" and not self.half_has_passed.is_set():
                text = await reader.readuntil(b"\r\n.\r\n")
                server.write(text[: len(text) // 2])
                await server.drain()
                self.half_has_passed.set()
                await reader.read()
                raise ConnectionResetError


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(4096):
        writer.write(some)
        await writer.drain()
