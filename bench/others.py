"""The others, on the same mail server: aiosmtplib with bytes that are ready-made, and nodemailer's pool."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from typing import NamedTuple

import aiosmtplib
import uvloop

from app.delivery.envelope import Envelope
from app.delivery.hands import CONNECTIONS


class Speed(NamedTuple):
    """How fast letters were sent, and the CPU time of whoever sent them, which other processes disturb less."""

    rate: float  # letters a second
    cpu: float  # microseconds a letter


NODEMAILER = Path(__file__).parent / "nodemailer"
WARM = 500


def aiosmtplib_ready_made(port: int, envelopes: Sequence[Envelope]) -> Speed:
    """Send over as many connections as a worker has."""

    async def one(connection: aiosmtplib.SMTP, own: Sequence[Envelope]) -> None:
        for each in own:
            await connection.sendmail(each.sender, [each.recipient], each.message)

    async def send() -> Speed:
        connect = partial(aiosmtplib.SMTP, hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        connections = [connect() for _ in range(CONNECTIONS)]
        for connection in connections:
            await connection.connect()
        await asyncio.gather(*(one(each, envelopes[: WARM // CONNECTIONS]) for each in connections))
        began = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one(each, envelopes[n::CONNECTIONS]) for n, each in enumerate(connections)))
        speed = since(*began, letters=len(envelopes))
        for connection in connections:
            await connection.quit()
        return speed

    return uvloop.run(send())


@contextmanager
def nodemailer() -> Iterator[Path | None]:
    """A folder in which nodemailer is installed; None, and the reason, where it cannot be."""
    if not shutil.which("npm"):
        print("nodemailer: not measured, since there is no Node.js here")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name in ("package.json", "package-lock.json", "send.js"):
            shutil.copy(NODEMAILER / name, folder)
        done = subprocess.run(["npm", "ci"], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            print("nodemailer: not measured, since npm could not install it")
        yield None if done.returncode else Path(folder)


def nodemailer_pool(folder: Path, port: int, envelopes: Sequence[Envelope]) -> Speed:
    """Compose from the same subjects and bodies, and send over as many connections."""
    letters = json.dumps([_as_fields(each) for each in envelopes])
    command = ["node", "send.js", str(port), str(CONNECTIONS), str(len(envelopes))]
    done = subprocess.run(command, cwd=folder, input=letters, capture_output=True, text=True, check=True)
    return Speed(*map(float, done.stdout.split()))


def since(wall: float, cpu: float, *, letters: int) -> Speed:
    """Return how fast so many letters were sent since then."""
    return Speed(letters / (time.perf_counter() - wall), (time.process_time() - cpu) / letters * 1e6)


def _as_fields(envelope: Envelope) -> dict[str, object]:
    message = message_from_bytes(envelope.message, policy=policy.default)
    fields = {name: str(message[name]) for name in ("from", "to", "subject")}
    return fields | {
        "replyTo": str(message["reply-to"]),
        "messageId": str(message["message-id"]),
        "envelope": {"from": envelope.sender, "to": envelope.recipient},
        "text": message.get_content(),
    }
