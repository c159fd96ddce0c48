"""I7 the public is served while mail is broken, I8 the backlog drains by itself, I10 nobody is named in a log."""

import re
import uuid

from app.services.sealing import Keys
from nemesis.evidence import Evidence, Fault
from nemesis.journal import Line
from nemesis.load import PATIENCE
from nemesis.people import PERSONAL
from nemesis.scene import SECRET
from nemesis.verdict import Verdict

SLOWEST = 2.0  # seconds: the p99 of submissions while nothing but mail is broken …
USUAL = 2.0  # … or so many times what it is when nothing is, on a machine that is busy with other things
ENOUGH = 100  # submissions, for a p99 to say anything
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
WRONG, BUSY = 500, 503
STARTING = 3.0  # seconds that a worker takes, and the processor with it, after it was started again
BACKLOG = 12.0  # seconds in which all those are answered who have waited for the API or the database


def public_served(evidence: Evidence) -> Verdict:
    """Answers to submissions: quick while only the mail side suffers, and never a 500."""
    broken, sound = _by_mail(evidence)
    against = [
        f"{line['what']} was answered {line['status']}"
        for line in evidence.client
        if line.get("status", 0) >= WRONG and line["status"] != BUSY
    ]
    if len(broken) >= ENOUGH and _p99(broken) > max(SLOWEST, USUAL * _p99(sound)):
        against.append("submissions are slow while mail is broken")
    gave_up = [line for line in evidence.client if line["what"] == "gave up"]
    against += [f"somebody gave up: {line['to']}" for line in gave_up if not _was_away(evidence, line)]
    busy = sum(line.get("status") == BUSY for line in evidence.client)
    cut_off = sum(line["what"] == "no answer" for line in evidence.client)
    counts = f"p99 of submissions {_p99(broken):.2f} s with broken mail ({len(broken)}),"
    counts += f" {_p99(sound):.2f} s without ({len(sound)}); {busy} asked to come again, {cut_off} cut off,"
    counts += f" {len(gave_up)} gave up" + ("" if len(broken) >= ENOUGH else "; too few for a p99 to be judged")
    return Verdict("I7 the public is served", counts, against)


def _by_mail(evidence: Evidence) -> tuple[list[float], list[float]]:
    """Return the seconds of submissions: with broken mail, and with nothing broken. Other faults are left out."""
    moods = [fault for fault in evidence.faults if fault.what == "mood" or fault.whom == "relay"]
    others = [fault for fault in evidence.faults if fault not in moods]
    broken: list[float] = []
    sound: list[float] = []
    for line in evidence.answers("submit"):
        began = line["at"] - line["seconds"]
        if not any(fault.meets(began - _felt(fault), line["at"]) for fault in others):
            mailless = any(fault.meets(began, line["at"]) for fault in moods)
            (broken if mailless else sound).append(line["seconds"])
    return broken, sound


def _felt(fault: Fault) -> float:
    """Return for how many seconds after a fault its backlog, or a start, keeps the processor busy."""
    return BACKLOG if fault.whom in {"api", "database"} else STARTING


def _was_away(evidence: Evidence, line: Line) -> bool:
    """Tell whether the API or its database was away while somebody asked in vain."""
    while_asking = line["at"] - PATIENCE, line["at"]
    return any(fault.whom in {"api", "database"} and fault.meets(*while_asking) for fault in evidence.faults)


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)] if seconds else 0.0


def drained(evidence: Evidence) -> Verdict:
    found = [line for line in evidence.faults_log if line["what"] == "drained"]
    if not found:
        return Verdict("I8 the backlog drains", "", ["the run never came to its end"])
    (line,) = found
    against = [f"{line['left']} deliveries still wait"] if line["left"] else []
    against += [f"{line['whom']} did not go in order" for line in _disorderly(evidence)]
    log = evidence.folder / "postgresql.log"
    circles = log.read_bytes().count(b"deadlock detected") if log.exists() else 0
    against += [f"{circles} times transactions waited for each other in a circle"] if circles else []
    seconds = line["at"] - max((fault.at for fault in evidence.faults), default=line["began"])
    counts = f"{seconds:.1f} s after the last fault; {line['brought_forward']} long waits for an attempt cut short"
    return Verdict("I8 the backlog drains", counts, against)


def _disorderly(evidence: Evidence) -> list[Line]:
    return [line for line in evidence.faults_log if line["what"] == "did not go in order"]


def nobody_named(evidence: Evidence) -> Verdict:
    """Search every log for names, addresses and links; and every refusal that a client got."""
    keys = Keys(SECRET)
    tokens = {keys.token_for(uuid.UUID(each)) for each in evidence.submissions}
    logs = list(evidence.folder.glob("*.log"))
    against: list[str] = []
    lines = 0
    for path in logs:
        text = path.read_bytes()
        lines += text.count(b"\n")
        against += [f"{path.name} names {found[0].decode()}" for found in PERSONAL.finditer(text)]
        against += [
            f"{path.name} holds a link" for found in TOKEN.findall(text.decode(errors="replace")) if found in tokens
        ]
    against += [f"a refusal of {line['what']} named somebody" for line in evidence.client if line.get("leaks")]
    return Verdict("I10 nobody is named", f"{len(logs)} logs with {lines} lines searched", against)
