"""A real HTTP server for tests, which takes webhooks. It answers as it is told to."""

import asyncio
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Taken:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """`answers = ["500 Oops", "302 Found\\r\\nLocation: /x"]` are given in turn, then 204. While held, none is."""

    taken: list[Taken] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._answering = asyncio.Event()
        self._answering.set()
        self.came = asyncio.Semaphore(0)

    def hold(self) -> None:
        self._answering.clear()

    def go_on(self) -> None:
        self._answering.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
            self.taken.append(Taken(head[0].split()[1], headers, body))
            self.came.release()
            await self._answering.wait()
            answer = self.answers.pop(0) if self.answers else "204 No Content"
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.go_on()
        self._server.close()
