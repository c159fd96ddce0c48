"""What a mail server's reply means, by the step at which it came (RFC 5321, RFC 3463). Pure."""

import re
from enum import StrEnum

ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
POLICY = re.compile(r"(?i)\b(polic|spam|relay|block|black|reputation|banned)")
REPLY_LENGTH = 300

TRANSIENT, PERMANENT, UNHEARD_OF = 400, 500, 600  # where each class of codes begins
CLOSING = 421
FULL = 552  # a mailbox, or a text that is too large
NOT_LOGGED_IN = frozenset({530, 534, 535, 538})
NO_SUCH_ADDRESS = frozenset({550, 551, 553, 556})
OUR_SLIPS = frozenset({500, 501, 502, 503, 504, 555})  # a command that the server did not take: not the letter's fault


class Step(StrEnum):
    """Where the conversation stood. After `text`, the server has all of the letter."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    TEXT = "text"


class Refusal(Exception):
    """The server's words on why not."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply


class TryAgain(Refusal):
    """Not now. `uncertain`: the text had been handed over, so it may have arrived all the same."""

    def __init__(self, reply: str, *, uncertain: bool = False) -> None:
        super().__init__(reply)
        self.uncertain = uncertain


class Outage(TryAgain):
    """Not now, and no letter's fault: the mail server is away, or does not know us. `wait`: seconds."""

    def __init__(self, reply: str, *, wait: float = 0) -> None:
        super().__init__(reply)
        self.wait = wait


class Never(Refusal):
    """Not at all, whenever it is tried."""


class DeadAddress(Never):
    """Nobody is there: no letter will ever reach this address."""


class AgainstPolicy(Never):
    """The server does not want such letters, or letters from us. The next ones will fare alike."""


def refusal(step: Step, code: int, words: str) -> Refusal:
    """Return what a reply that is not a yes means."""
    reply = kept(f"{code} {words}")
    if not TRANSIENT <= code < UNHEARD_OF:
        return TryAgain(reply, uncertain=step is Step.TEXT)
    if code in NOT_LOGGED_IN and step is Step.MAIL:
        return Outage(reply)
    if code < PERMANENT or code in OUR_SLIPS or _is_full(step, code, words):
        return TryAgain(reply)
    if _is_policy(step, code, words):
        return AgainstPolicy(reply)
    return DeadAddress(reply) if step is Step.RCPT and _is_dead(code, words) else Never(reply)


def kept(words: str) -> str:
    """Return a server's words as they may be kept: short, readable, without the address that servers like to repeat."""
    if not words.isprintable():
        words = "".join(character if character.isprintable() else "�" for character in words)
    return (ADDRESS.sub("…@…", words) if "@" in words else words)[:REPLY_LENGTH]


def _is_full(step: Step, code: int, words: str) -> bool:
    """A full mailbox empties, whatever the code says; a text that is too large stays too large."""
    return (code == FULL and step is Step.RCPT) or _enhanced(words).startswith("5.2.2")


def _is_policy(step: Step, code: int, words: str) -> bool:
    if enhanced := _enhanced(words):
        return enhanced.startswith("5.7.") or step is Step.MAIL
    return step is Step.MAIL or code == 554 or POLICY.search(words) is not None  # noqa: PLR2004 - as in RFC 5321: refused


def _is_dead(code: int, words: str) -> bool:
    return _enhanced(words).startswith(("5.1.", "5.2.1")) or (not _enhanced(words) and code in NO_SUCH_ADDRESS)


def _enhanced(words: str) -> str:
    """The enhanced status code (RFC 3463) at the beginning of the words, or nothing."""
    found = ENHANCED.match(words.lstrip())
    return found[0] if found else ""
