"""I6 no office gets more than it can bear: in an hour, and in any shorter time what its slots allow."""

from bisect import bisect_right
from itertools import pairwise

from app.services.limits import CATCH_UP, HOUR, JITTER, Limits
from nemesis.evidence import Copy, Evidence
from nemesis.journal import Line
from nemesis.sent import YES
from nemesis.verdict import Verdict

STRAY = 30.0  # seconds until a letter that has its slot arrives: the lease of a worker that dies has to run out first
MINUTE = 60.0  # seconds, to tell of


def within_limits(evidence: Evidence) -> Verdict:
    """Hold what came to the slow office, until its limit was lifted, against that limit."""
    lifted = [line for line in evidence.faults_log if line["what"] == "limit lifted"]
    if not lifted:
        return Verdict("I6 within the limits", "", ["the run never came to its end"])
    (line,) = lifted
    limits = Limits(line["limit"])
    in_line, unasked = _arrivals(evidence, line)
    against = _too_many(in_line, limits)
    if (most := _busiest(in_line, HOUR)) > limits.hourly:
        against.append(f"{most} letters came in one hour")
    later = sum(each.at > line["at"] for copies in _of_office(evidence, line) for each in copies)
    counts = f"{limits.hourly} an hour: {len(in_line)} came by their slots, one each {limits.step:.1f} s, at most"
    counts += f" {_busiest(in_line, MINUTE)} in a minute, and {unasked} copies of what a worker that was gone had held;"
    counts += f" {later} waited until the limit was lifted"
    return Verdict("I6 within the limits", counts, against)


def _arrivals(evidence: Evidence, line: Line) -> tuple[list[float], int]:
    """Return when letters came that had waited for a slot, and how many had not.

    A copy after a lost reply has taken a slot like any letter. What a dead worker held goes again without waiting, and
    takes the next one: further copies after a clear yes are such.
    """
    in_line: list[float] = []
    unasked = 0
    for copies in _of_office(evidence, line):
        in_line += [copies[0].at] if copies[0].at < line["began"] else []
        for before, after in pairwise(copies):
            if after.at < line["began"]:
                in_line += [after.at] if before.said != YES else []
                unasked += before.said == YES
    return sorted(in_line), unasked


def _of_office(evidence: Evidence, line: Line) -> list[list[Copy]]:
    office_id = line["office_id"]
    return [copies for id_, copies in evidence.copies.items() if evidence.letters[id_]["office_id"] == office_id]


def _too_many(times: list[float], limits: Limits) -> list[str]:
    """Return the windows, from one arrival to another, in which more came than there were slots. `times` are sorted."""
    return [
        f"{last - first + 1} letters came in {seconds:.1f} s, for which there were {_slots(seconds, limits)} slots"
        for first, begin in enumerate(times)
        for last, end in enumerate(times[first:], start=first)
        if last - first + 1 > _slots(seconds := end - begin, limits)
    ]


def _slots(seconds: float, limits: Limits) -> int:
    """Return how many letters may come in so many seconds, by what pacing promises."""
    return 1 + int((seconds + STRAY + CATCH_UP + JITTER * limits.step) / limits.step)


def _busiest(times: list[float], seconds: float) -> int:
    """Return the most arrivals in any such time; `times` are sorted."""
    return max((bisect_right(times, begin + seconds) - n for n, begin in enumerate(times)), default=0)
