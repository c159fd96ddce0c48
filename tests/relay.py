"""A real SMTP server for tests. It keeps what it accepts, and behaves badly when it is told to."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

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
    """`relay.at_rcpt["x@example.org"] = ["451 later"]` refuses once, then accepts; "*" stands for any address."""

    accepted: list[Accepted] = field(default_factory=list)
    at_rcpt: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    at_data: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    url: str = ""

    def to(self, address: str) -> list[Accepted]:
        """What was accepted for this address."""
        return [mail for mail in self.accepted if mail.to == address]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if verdict := self._verdict(self.at_rcpt, address):
            return verdict
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        if verdict := self._verdict(self.at_data, address):
            return verdict
        self.accepted.append(Accepted(envelope.mail_from or "", address, envelope.original_content or b""))
        return f"250 2.0.0 accepted as {len(self.accepted)}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, hostname="relay.example.org"), HOST, 0)
        self.url = f"smtp://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @staticmethod
    def _verdict(script: dict[str, list[str]], address: str) -> str | None:
        verdicts = script.get(address) or script.get("*")
        return verdicts.pop(0) if verdicts else None
