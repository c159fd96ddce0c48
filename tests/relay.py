"""A real SMTP server for tests. It keeps what it accepts, and behaves badly when it is told to."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Accepted:
    """A message as it was accepted."""

    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, _class=EmailMessage, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def body(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class Relay:
    """`relay.at_rcpt["x@example.org"] = ["451 later"]` refuses once, then accepts; "*" stands for any address.

    `drop_after_dot` names addresses whose next message is accepted without a reply: the line goes dead instead.
    `most_on_a_connection` closes a connection without a word after so many messages. While `hold()` lasts, texts are
    not answered; `texts_held` counts those that wait. `options` go to aiosmtpd.
    """

    host: str = HOST
    accepted: list[Accepted] = field(default_factory=list)
    at_rcpt: dict[str, list[str | bytes]] = field(default_factory=lambda: defaultdict(list))
    at_data: dict[str, list[str | bytes]] = field(default_factory=lambda: defaultdict(list))
    drop_after_dot: list[str] = field(default_factory=list)
    most_on_a_connection: int | None = None
    connections: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    url: str = ""

    def __post_init__(self) -> None:
        self._answering = asyncio.Event()
        self._answering.set()
        self._held = asyncio.Semaphore(0)

    def to(self, address: str) -> list[Accepted]:
        """What was accepted for this address."""
        return [mail for mail in self.accepted if mail.to == address]

    def hold(self) -> None:
        """Take texts in from now on, and leave their senders without an answer."""
        self._answering.clear()

    def go_on(self) -> None:
        """Answer them all."""
        self._answering.set()

    async def texts_held(self, how_many: int = 1) -> None:
        """Wait until so many more texts are being held."""
        for _ in range(how_many):
            await asyncio.wait_for(self._held.acquire(), 60)

    async def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.close()

    async def start(self) -> None:
        """Listen: on a free port, and after `stop` on the same one."""
        port = int(self.url.rpartition(":")[2]) if self.url else 0
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self, **self.options), self.host, port)
        self.url = f"smtp://{self.host}:{self._server.sockets[0].getsockname()[1]}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str | bytes:
        if verdict := self._verdict(self.at_rcpt, address):
            return verdict
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: "_Line", _session: Session, envelope: Envelope) -> str | bytes:  # noqa: N802
        address = envelope.rcpt_tos[0]
        if not self._answering.is_set():
            self._held.release()
            await self._answering.wait()
        if verdict := self._verdict(self.at_data, address):
            return verdict
        self.accepted.append(Accepted(envelope.mail_from or "", address, envelope.original_content or b""))
        server.messages += 1
        if address in self.drop_after_dot:
            self.drop_after_dot.remove(address)
            server.hang_up()
        elif server.messages == self.most_on_a_connection:
            asyncio.get_running_loop().call_soon(server.hang_up)  # after the reply
        return f"250 2.0.0 accepted as {len(self.accepted)}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.go_on()
        self._server.close()

    @staticmethod
    def _verdict(script: dict[str, list[str | bytes]], address: str) -> str | bytes | None:
        verdicts = script.get(address) or script.get("*")
        return verdicts.pop(0) if verdicts else None


class _Line(SMTP):
    """One connection."""

    def __init__(self, relay: Relay, **options: Any) -> None:
        super().__init__(relay, hostname="relay.example.org", **options)
        self.messages = 0
        self._relay = relay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._relay.connections += 1
        super().connection_made(transport)

    def hang_up(self) -> None:
        """Close the connection; what is already written still goes out."""
        if self.transport is not None:
            self.transport.close()
