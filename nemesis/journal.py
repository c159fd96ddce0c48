"""Logs that outlive whoever writes them: one JSON object a line, appended and synced before anything else happens."""

import json
import os
import time
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Journal:
    """`durable`: a line is on the disk before `add` returns, as a mail server owes it to its clients."""

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._durable = durable

    def add(self, **fields: object) -> None:
        os.write(self._file, json.dumps({"at": time.time(), **fields}).encode() + b"\n")
        if self._durable:
            os.fsync(self._file)


def read(path: Path) -> list[Line]:
    """Return all whole lines; whoever was killed may have left half of one."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]
