"""The processes of a run, each with a log of its own; started again whenever they are gone and wanted."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from nemesis.journal import Journal

UNSILENCED = str(Path(sys.executable).parent / "unsilenced")
STARTING = 30.0  # seconds that a process takes at most to start, on a busy machine
LOOK_EVERY = 0.2  # seconds
GRACE = 40.0  # seconds in which a process that was asked to go has to be gone


class Process:
    """One of ours. Linux kills it when we die, so that a run leaves nothing behind."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, settings: dict[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.wanted = False
        self._said = 0  # bytes in the log when it was started
        self._folder = folder
        setpriv = shutil.which("setpriv")
        self._command = [*([setpriv, "--pdeathsig", "KILL"] if setpriv else []), *command]
        others = {name: value for name, value in os.environ.items() if not name.startswith("UNSILENCED_")}
        self._environment = others | settings
        self._process: subprocess.Popen[bytes] | None = None

    def ended(self) -> int | None:
        """Return the exit code, if it has ended."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        self.wanted = True
        self._said = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def send(self, name: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(name)

    def kill(self) -> None:
        self.wanted = False
        self.send(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def say(self, line: str) -> None:
        """Write a line to its standard input, if it is there to read it."""
        try:
            if self._process and self._process.stdin:
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()
        except BrokenPipeError:
            pass

    async def go(self) -> bool:
        """Ask it to go; tell whether it went in order, within the grace."""
        await self._until_it_speaks()
        self.wanted = False
        if self.ended() is not None:
            return True
        self.send(signal.SIGTERM)
        for _ in range(int(GRACE / LOOK_EVERY)):
            if self.ended() is not None:
                return self.ended() == 0
            await asyncio.sleep(LOOK_EVERY)
        self.kill()
        return False

    async def _until_it_speaks(self) -> None:
        """Wait until it has said that it is there: before, it does not know how to go in order."""
        for _ in range(int(STARTING / LOOK_EVERY)):
            if self.ended() is not None or self.log.stat().st_size > self._said:
                return
            await asyncio.sleep(LOOK_EVERY)


async def look_after(processes: Sequence[Process], faults: Journal) -> None:
    """Start again whatever has ended by itself, as an operator's service manager would; and write it down."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for each in processes:
            if each.wanted and each.ended() is not None:
                faults.add(what="ended by itself", whom=each.name, code=each.ended())
                each.start()
