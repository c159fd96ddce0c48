"""A mail server for development: it takes everything, keeps it as .eml files, and sends nothing on."""

import asyncio
import logging
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from app.models.columns import uuid7

HOST = "127.0.0.1"


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.original_content or b""
        await asyncio.to_thread((self._folder / f"{uuid7()}.eml").write_bytes, content)
        return "250 2.0.0 kept in the mailbox"


async def start(folder: Path) -> tuple[asyncio.Server, str]:
    """Listen on a free local port; return the server and its smtp:// address."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own log names recipients
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    keeper = _Keeper(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="mailbox.example.org", enable_SMTPUTF8=True), HOST, 0
    )
    return server, f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}"
