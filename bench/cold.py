"""Seconds from `unsilenced serve` to the first answer."""

import http
import http.client
import subprocess
import time
from statistics import median

from bench import service

STARTS = 5


def measure(name: str, database_url: str) -> None:
    service.prepare(database_url)
    seconds = median(_start(database_url) for _ in range(STARTS))
    print(f"cold start to the first answer, {name:<9} {seconds:8.2f} s", flush=True)


def _start(database_url: str) -> float:
    port = service.free_port()
    command = [service.COMMAND, "serve", "--no-worker", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=service.environment(database_url), stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < service.READY_SECONDS:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/api/v1/campaigns")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("the service does not answer")
    finally:
        process.terminate()
        process.wait()
