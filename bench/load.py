"""A load generator that costs less than what it measures: ready-made requests over kept connections."""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass

CONNECTIONS = 32


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


def request(method: str, path: str, body: object = None) -> bytes:
    """Return an HTTP/1.1 request as bytes."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


async def run(port: int, requests: Iterable[bytes], *, expect: int, connections: int = CONNECTIONS) -> Run:
    """Send the requests over several connections at once; every answer must have the expected status."""
    waiting = iter(requests)
    latencies: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for each in waiting:
            began = time.perf_counter()
            writer.write(each)
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if status != expect:
                raise RuntimeError(f"{status} instead of {expect}: {body[:300]!r}")
            latencies.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return Run(len(latencies), time.perf_counter() - began, sorted(latencies))
