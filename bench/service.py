"""The service under measurement: a process of its own, on a fresh database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

COMMAND = Path(sys.executable).parent / "unsilenced"
READY_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(database_url: str, smtp_url: str = "smtp://127.0.0.1:9") -> dict[str, str]:
    return os.environ | {
        "UNSILENCED_DATABASE_URL": database_url,
        "UNSILENCED_SMTP_URL": smtp_url,
        "UNSILENCED_PACING": "off",
    }


@contextmanager
def sqlite_url() -> Iterator[str]:
    with TemporaryDirectory(prefix="bench-") as folder:
        yield f"sqlite+aiosqlite:///{folder}/bench.db"


def prepare(database_url: str) -> None:
    """Migrate, and load the demonstration."""
    run("migrate", database_url)
    run("demo", database_url)


def run(command: str, database_url: str) -> None:
    subprocess.run([COMMAND, command], env=environment(database_url), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving(*command: str | Path, env: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Run a server with `--port` added; yield its port and process id when it listens."""
    port = free_port()
    process = subprocess.Popen([*command, "--port", str(port)], env=env, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def lost_in_mail(database_url: str) -> Iterator[None]:
    """Have a worker beside, with all that is queued, whose mail server takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env = environment(database_url, f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        process = subprocess.Popen([COMMAND, "work"], env=env, stdout=subprocess.DEVNULL)
        try:
            with silent.accept()[0]:  # it has begun
                yield
        finally:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something listens on the port: whatever serves here listens when it is ready."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def memory(pid: int) -> float:
    """Resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu(pid: int) -> float:
    """CPU time that a process has used, in seconds."""
    used, system = _stat(pid)[11:13]
    return (int(used) + int(system)) / TICKS


def cpu_with_children(pid: int) -> float:
    """CPU time of a process, and of its children, ended or not, in seconds: all that a PostgreSQL does."""
    ended = sum(map(int, _stat(pid)[13:15])) / TICKS
    return cpu(pid) + ended + sum(map(cpu, _children(pid)))


def _children(pid: int) -> list[int]:
    everybody = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return [each for each in everybody if _stat(each)[1] == str(pid)]


def _stat(pid: int) -> list[str]:
    """Return what the kernel tells of a process, from its state on; zeros where it has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["0"] * 20
