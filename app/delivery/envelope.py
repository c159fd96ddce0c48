"""A message on its way: from whom, to whom."""

import re
from dataclasses import dataclass

IN_A_COMMAND = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """ValueError for an address that could bring another command along."""

    sender: str
    recipient: str
    message: bytes
    campaign: str = ""  # its slug, for choosing a mail server

    def __post_init__(self) -> None:
        for address in (self.sender, self.recipient):
            if not IN_A_COMMAND.fullmatch(address) or "<" in address or ">" in address:
                raise ValueError("not an address for an envelope")

    @property
    def commands(self) -> tuple[bytes, bytes, bytes]:
        """What is said before the text."""
        return f"MAIL FROM:<{self.sender}>\r\n".encode(), f"RCPT TO:<{self.recipient}>\r\n".encode(), b"DATA\r\n"
