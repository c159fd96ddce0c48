"""I3 hardly ever twice, I5 nothing against the supporter's will: the mail server's log is asked."""

import math
from collections import Counter
from itertools import pairwise

from app.models.letter import Stage
from nemesis.evidence import SETTLED, Copy, Evidence
from nemesis.journal import Line
from nemesis.verdict import Verdict

YES = "250"
HINDERS = frozenset({"kill", "stop", "crash", "lock"})
AFTERMATH = {"crash": 6.0, "lock": 2.0}  # seconds in which it is still felt: a worker rests ever longer, up to five
LEASE_LEFT = 0.75  # of a lease, at least, when a conversation begins


def hardly_ever_twice(evidence: Evidence) -> Verdict:
    """Every further copy has a reason that hit this very letter: its worker, its reply, or what would have noted it."""
    known_as_sent = {each: line["at"] for line in reversed(evidence.samples) for each in line.get("sent", ())}
    reasons: Counter[str] = Counter()
    against = []
    for letter_id, copies in evidence.copies.items():
        for before, after in pairwise(copies):
            reason = _why_again(evidence, before, after)
            settled_at = known_as_sent.get(letter_id)
            if settled_at and after.began > settled_at and not _was_stopped(evidence, after):
                reason = None  # nobody may begin again with what the database knows as sent
            reasons[reason or "no reason"] += 1
            if reason is None:
                against.append(f"letter {letter_id}: {before} and then {after}")
    uncounted, unexplained = _not_counted(evidence)
    against += unexplained
    worst = max((len(copies) for copies in evidence.copies.values()), default=0)
    letters = len(evidence.copies)
    shown = ", ".join(f"{n} after {reason}" for reason, n in reasons.most_common()) or "none"
    counts = f"{letters} letters accepted, {reasons.total()} further copies ({shown}), at worst {worst} of one;"
    counts += f" {uncounted} accepted in doubt and then cancelled or refused"
    return Verdict("I3 hardly ever twice", counts, against)


def _not_counted(evidence: Evidence) -> tuple[int, list[str]]:
    """Return how many letters were accepted and do not count as sent, and those for which there is no reason."""
    found = [
        copies[-1]
        for letter_id, copies in evidence.copies.items()
        if evidence.letters[letter_id]["stage"] not in {Stage.SENT, Stage.BOUNCED}
    ]
    reasons = [_in_doubt(evidence, copy) for copy in found]
    against = [f"{copy} does not count as sent" for copy, why in zip(found, reasons, strict=True) if not why]
    return len(found), against


def _why_again(evidence: Evidence, before: Copy, after: Copy) -> str | None:
    """Return why another copy was sent, if there is a reason that hit this letter."""
    if reason := _in_doubt(evidence, before):
        return reason
    if before.at - before.began > LEASE_LEFT * evidence.lease_time:
        return "a conversation longer than the lease"
    return "a worker that was stopped" if _was_stopped(evidence, after) else None


def _in_doubt(evidence: Evidence, copy: Copy) -> str | None:
    """Return what kept a copy from being written down as sent."""
    if copy.said != YES:
        return f"‘{copy.said}’"
    whoever = {copy.worker, "relay", "database"}
    for fault in evidence.faults:
        since = copy.at - AFTERMATH.get(fault.what, 0)
        if fault.what in HINDERS and fault.whom in whoever and fault.meets(since, copy.at + SETTLED):
            return f"{fault.what} of {fault.whom.partition('-')[0]}"
    return None


def _was_stopped(evidence: Evidence, copy: Copy) -> bool:
    """Tell whether the worker slept on what it had in hand, so that it came late."""
    return any(
        fault.what == "stop" and fault.whom == copy.worker and fault.meets(copy.at - SETTLED, copy.at)
        for fault in evidence.faults
    )


def by_their_will(evidence: Evidence) -> Verdict:
    """None before confirming was asked for; none after a stop was answered, but for what was in a worker's hand."""
    asked: dict[str, float] = {}
    for line in evidence.client:
        if "confirm" in {line["what"], line.get("to")} and "asked" in line:
            asked[line["submission_id"]] = min(line["asked"], asked.get(line["submission_id"], line["asked"]))
    stopped = {line["submission_id"]: line for what in ("cancel", "erase") for line in evidence.answers(what)}
    against, in_hand = [], 0
    for letter_id, copies in evidence.copies.items():
        submission_id = evidence.letters[letter_id]["submission_id"]
        if copies[0].at < asked.get(submission_id, math.inf):
            against.append(f"letter {letter_id} left before it was confirmed")
        if submission_id in stopped:
            late = [each for each in copies if each.at > stopped[submission_id]["at"]]
            in_hand += len(late)
            against += _against_a_stop(evidence, stopped[submission_id], late)
    counts = f"{len(asked)} confirmations, {len(stopped)} stops; after these {in_hand} copies left that were in hand"
    return Verdict("I5 by the supporter's will", counts, against)


def _against_a_stop(evidence: Evidence, line: Line, late: list[Copy]) -> list[str]:
    told = {each.letter_id: line["letters"].get(each.letter_id) for each in late}
    when = f"after {line['what']} was answered at {line['at']:.1f}"
    return [
        f"letter {each.letter_id} left {when}, told {told[each.letter_id]}: {each}"
        for each in late
        if not _in_hand(evidence, each, line["at"], told[each.letter_id])
    ]


def _in_hand(evidence: Evidence, copy: Copy, stopped_at: float, told: str | None) -> bool:
    """Tell whether a worker had the letter already: its conversation had begun, or its lease was running."""
    if copy.began <= stopped_at or _was_stopped(evidence, copy):
        return True
    return told != Stage.CANCELLED and copy.began <= stopped_at + evidence.lease_time
