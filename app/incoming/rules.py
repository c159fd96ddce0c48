"""Whether an address is dead, or only could not take a letter that day: by a mail server's words, then by its codes."""

import re
from enum import StrEnum


class Severity(StrEnum):
    """What a failure says of the address."""

    HARD = "hard"  # nobody reads there, ever
    SOFT = "soft"  # not that day
    REFUSED = "refused"  # it was this letter or its sender that was not wanted: says nothing of the address


WHO = r"(?:user|recipient|address|account|mailbox|person)"
WORDS = {  # the first that fits decides, whatever the code: servers put 550 before all of them
    Severity.SOFT: (
        r"(?:mail)?box (?:is |was )?(?:full|over)",
        r"quota|out of (?:disk )?space|insufficient (?:system )?storage",
        r"temporar(?:y|ily)|try again|grey-?list|not responding",
        r"timed? ?out|connection (?:refused|reset)|too many connections|unreachable",
    ),
    Severity.HARD: (
        WHO + r" (?:is |was |has |been )*(?:unknown|not found|not known|disabled|deactivated|closed|deleted|invalid)",
        r"(?:unknown|invalid|no such|non-?existent) (?:local )?" + WHO,
        r"no (?:mailbox|user|person) (?:here|by|of|with)|nobody (?:by|of|with) th(?:at|is) name|unrouteable address",
        r"do(?:es not|esn't) exist|no longer (?:works|employed|in use|available|valid|exists)",
        r"domain (?:name )?not found|nxdomain|null mx",
    ),
    Severity.REFUSED: (
        r"spam|black-?list|block-?list|blocked|banned|reputation|unsolicited|virus|malware",
        r"polic(?:y|ies)|dmarc|\bspf\b|dkim|rate limit",
        r"not (?:authori[sz]ed|permitted|allowed)|access denied|content (?:rejected|denied)",
        r"(?:message|mail) (?:is )?too (?:large|big)|message size",
    ),
}
CODES = {  # RFC 3463, then the plain replies of RFC 5321
    Severity.HARD: r"5\.1\.(?:0|1|2|3|4|6|10)|5\.2\.1|550|551|553",
    Severity.REFUSED: r"5\.2\.3|5\.3\.4|5\.6\.\d+|5\.7\.\d+|554",
}
SAYS_NOTHING = re.compile(r"[45]\.0\.0")
ENHANCED = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
PLAIN = re.compile(r"(?<![\d.])[45]\d\d(?![\d.])")


def severity(status: str, words: str) -> Severity:
    """Return how serious a failure is. `status` is like 5.1.1, or empty. In doubt, soft: it takes several days."""
    codes = [*ENHANCED.findall(status), *ENHANCED.findall(words), *PLAIN.findall(words)]
    telling = [code for code in codes if not SAYS_NOTHING.fullmatch(code)]
    if telling and telling[0].startswith("4"):
        return Severity.SOFT
    by_words = (each for each, patterns in WORDS.items() if re.search("|".join(patterns), words, re.IGNORECASE))
    by_code = (each for code in telling[:1] for each, pattern in CODES.items() if re.fullmatch(pattern, code))
    return next(by_words, None) or next(by_code, Severity.SOFT)
