"""What a mail server can do to its clients, and at which step."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    CONNECT = "connect"
    EHLO = "ehlo"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    TEXT = "text"  # the reply to the text
    AFTER = "after"  # the text was accepted, and the reply given


class Act(StrEnum):
    """What is done at a step. Texts that come to a LOSE are not accepted; to the others after it, they are."""

    REPLY = "reply"  # say the mood's own words instead
    SILENCE = "silence"  # say nothing until the mood has passed, then reset
    RESET = "reset"
    LOSE = "lose"  # take the text, drop it, and reset
    SLOW = "slow"  # say yes, a byte at a time
    CLOSE = "close"


@dataclass(frozen=True)
class Mood:
    name: str
    step: Step
    act: Act
    words: str = ""
    share: float = 1.0  # of the steps that it spoils


def _says(step: Step, words: str, share: float = 0.6) -> Mood:
    return Mood(f"{words[:3]} at {step}", step, Act.REPLY, words, share)


REFUSED = "refused connections"

MOODS = {
    mood.name: mood
    for mood in (
        Mood(REFUSED, Step.CONNECT, Act.CLOSE),
        Mood("no banner", Step.CONNECT, Act.SILENCE),
        _says(Step.CONNECT, "421 4.3.2 too busy"),
        _says(Step.CONNECT, "554 5.3.2 not today"),
        Mood("drop at ehlo", Step.EHLO, Act.RESET),
        _says(Step.MAIL, "451 4.3.0 later"),
        _says(Step.MAIL, "550 5.7.1 not from you"),
        _says(Step.RCPT, "450 4.2.0 greylisted"),
        _says(Step.RCPT, "471 4.0.0 a code that does not exist"),
        _says(Step.RCPT, "550 5.7.1 not to them", 0.05),
        _says(Step.DATA, "451 4.3.0 no room"),
        _says(Step.DATA, "554 5.7.1 no", 0.05),
        _says(Step.TEXT, "421 4.3.2 going down"),
        _says(Step.TEXT, "451 4.3.0 not now"),
        _says(Step.TEXT, "554 5.7.1 not like this", 0.05),
        Mood("reset after the dot, accepted", Step.TEXT, Act.RESET, share=0.3),
        Mood("reset after the dot, lost", Step.TEXT, Act.LOSE, share=0.3),
        Mood("silence after the dot, accepted", Step.TEXT, Act.SILENCE, share=0.3),
        Mood("slow bytes", Step.TEXT, Act.SLOW, share=0.3),
        Mood("drop after 250", Step.AFTER, Act.CLOSE, share=0.5),
    )
}
