"""From `unsilenced serve` to the first answer: seconds by the clock, processor time and memory of the process."""

import http
import http.client
import subprocess
import time
from statistics import median
from typing import NamedTuple

from bench import service

STARTS = 5


class Start(NamedTuple):
    seconds: float
    """By the clock."""
    cpu: float
    """Processor time, in seconds, which other processes hardly disturb."""
    memory: float
    """In MB."""


def measure(name: str, database_url: str) -> None:
    service.prepare(database_url)
    starts = [_start(database_url) for _ in range(STARTS)]
    seconds, memory = median(each.seconds for each in starts), median(each.memory for each in starts)
    cpu = min(each.cpu for each in starts)
    print(
        f"cold start to the first answer, {name:<9} {seconds:8.2f} s  {cpu:.2f} s of CPU  {memory:.0f} MB", flush=True
    )


def _start(database_url: str) -> Start:
    port = service.free_port()
    command = [str(service.COMMAND), "serve", "--no-worker", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=service.environment(database_url), stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < service.READY_SECONDS:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/api/v1/campaigns")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    took = time.perf_counter() - began
                    return Start(took, service.cpu(process.pid), service.memory(process.pid))
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("the service does not answer")
    finally:
        process.terminate()
        process.wait()
