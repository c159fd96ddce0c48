"""A load generator that costs less than what it measures: ready-made requests over kept connections."""

import asyncio
import gc
import json
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass

import uvloop

CONNECTIONS = 32
READY = 0.5  # seconds before the first request is due: else the first would wait until all stand in line


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    requests: int
    seconds: float
    latencies: list[float]  # seconds, sorted

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]


def request(method: str, path: str, body: object = None, **headers: str) -> bytes:
    """Return an HTTP/1.1 request as bytes."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head += f"Content-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Connection:
    """One kept connection, which asks and waits for the answer."""

    def __init__(self, expect: int) -> None:
        self.expect = expect

    async def open(self, port: int) -> "Connection":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        return self

    async def ask(self, request: bytes) -> None:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]) if b"ontent-" in head else 0
        body = await self.reader.readexactly(length)
        if status != self.expect:
            raise RuntimeError(f"{status} instead of {self.expect}: {body[:300]!r}")


def measured(running: Coroutine[None, None, Run]) -> Run:
    """Run without pauses of our own: looking for garbage among thousands of waiting requests would count as theirs."""
    gc.disable()
    try:
        return uvloop.run(running)
    finally:
        gc.enable()


async def run(port: int, requests: Iterable[bytes], *, expect: int, connections: int = CONNECTIONS) -> Run:
    """Send the requests over several connections at once; every answer must have the expected status."""
    waiting = iter(requests)
    latencies: list[float] = []

    async def one() -> None:
        connection = await Connection(expect).open(port)
        for each in waiting:
            began = time.perf_counter()
            await connection.ask(each)
            latencies.append(time.perf_counter() - began)
        connection.writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return Run(len(latencies), time.perf_counter() - began, sorted(latencies))


async def paced(port: int, requests: Sequence[bytes], *, rate: float, expect: int) -> Run:
    """Send so many requests a second, whether or not answers come; a latency begins when its request was due."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS * 4):
        free.put_nowait(await Connection(expect).open(port))
    latencies: list[float] = []
    began = time.perf_counter() + READY

    async def one(each: bytes, due: float) -> None:
        await asyncio.sleep(due - time.perf_counter())
        connection = await free.get()
        await connection.ask(each)
        latencies.append(time.perf_counter() - due)
        free.put_nowait(connection)

    await asyncio.gather(*(one(each, began + n / rate) for n, each in enumerate(requests)))
    run = Run(len(latencies), time.perf_counter() - began, sorted(latencies))
    while not free.empty():
        free.get_nowait().writer.close()
    return run
