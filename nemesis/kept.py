"""I1 durable, I2 nothing lost, I4 the tally equals the rows, I9 only allowed moves."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable

from app.models.letter import Reason, Stage
from nemesis.evidence import Evidence
from nemesis.journal import Line
from nemesis.verdict import Verdict

QUARANTINED = "quarantined"  # for somebody to look at: it was in the hand of several workers that were killed
FINAL = frozenset({Stage.SENT, Stage.BOUNCED, Stage.FAILED, Stage.CANCELLED, Stage.EXPIRED})


def durable(evidence: Evidence) -> Verdict:
    """Every yes is in the database, and one key made one submission."""
    submitted, confirmed = evidence.answers("submit"), evidence.answers("confirm")
    cancelled, erased = evidence.answers("cancel"), evidence.answers("erase")
    rows = evidence.submissions
    against = [f"submission {line['told']} is gone" for line in submitted if line["told"] not in rows]
    against += [
        f"letter {each} is gone" for line in submitted for each in line["letters"] if each not in evidence.letters
    ]
    against += [
        f"submission {line['submission_id']} was confirmed, and is not"
        for line in confirmed
        if not rows.get(line["submission_id"], {}).get("confirmed_at")
    ]
    against += [
        f"submission {line['submission_id']} was erased, and is not"
        for line in erased
        if rows.get(line["submission_id"], {"sealed": True})["sealed"] is not None
    ]
    against += [
        f"letter {each} was cancelled, and is so no more"
        for line in cancelled
        for each, stage in line["letters"].items()
        if stage == Stage.CANCELLED and evidence.letters.get(each, {}).get("stage") != Stage.CANCELLED
    ]
    against += _one_for_each_key(evidence)
    counts = f"{len(submitted)} submissions, {len(confirmed)} confirmations, {len(cancelled)} cancellations, "
    return Verdict("I1 durable", f"{counts}{len(erased)} erasures answered", against)


def _one_for_each_key(evidence: Evidence) -> list[str]:
    told: dict[str, set[str]] = defaultdict(set)
    for line in evidence.answers("submit"):
        told[line["key"]].add(line["told"])
    against = [f"key {key} made {len(made)} submissions" for key, made in told.items() if len(made) > 1]
    unanswered = sum(line["what"] == "gave up" and line["to"] == "submit" for line in evidence.client)
    if len(evidence.submissions) - len(told) > unanswered:
        against.append(f"{len(evidence.submissions)} submissions of {len(told)} keys, {unanswered} unanswered")
    return against


def nothing_lost(evidence: Evidence) -> Verdict:
    """Every confirmed letter is final; what counts as sent was accepted; nothing waits in a hand that is gone."""
    confirmed = [
        letter
        for letter in evidence.letters.values()
        if evidence.submissions[letter["submission_id"]]["confirmed_at"] and letter["channel"] == "email"
    ]
    due = {each["letter_id"]: each["due_at"] for each in evidence.deliveries.values() if each["letter_id"]}
    against = [
        f"letter {letter['id']} is {letter['stage']} with nothing due"
        for letter in confirmed
        if letter["stage"] not in FINAL and not due.get(letter["id"]) and letter["reason"] != QUARANTINED
    ]
    against += [f"letter {each['id']} is still in sending" for each in confirmed if each["stage"] == Stage.SENDING]
    against += [
        f"letter {letter['id']} is {letter['stage']}, and was never accepted"
        for letter in confirmed
        if letter["stage"] == Stage.SENT and letter["id"] not in evidence.copies
    ]
    against += _failed_without_a_word(evidence) + _cancelled_by_nobody(evidence, confirmed)
    stages = Counter(letter["stage"].value for letter in confirmed)
    lost = len(against)
    shown = ", ".join(f"{n} {stage}" for stage, n in stages.most_common())
    return Verdict("I2 nothing lost", f"lost {lost} of {len(confirmed)} confirmed letters: {shown}", against)


def _cancelled_by_nobody(evidence: Evidence, confirmed: Iterable[Line]) -> list[str]:
    """Return the letters that nobody asked to stop, and that nobody wrote twice."""
    stops = {"cancel", "erase"}
    asked = {line.get("submission_id") for line in evidence.client if {line["what"], line.get("to")} & stops}
    emails = {line["told"]: line["email"] for line in evidence.answers("submit")}
    written = Counter(emails.values())
    return [
        f"letter {letter['id']} is cancelled ({letter['reason']}), and nobody asked for it"
        for letter in confirmed
        if letter["stage"] == Stage.CANCELLED
        and letter["submission_id"] not in asked
        and not (letter["reason"] == Reason.DUPLICATE and written[emails.get(letter["submission_id"], "")] > 1)
    ]


def _failed_without_a_word(evidence: Evidence) -> list[str]:
    """Hold the letters that failed at each office against the refusals that its mail server gave for good.

    At MAIL the server does not know yet whom a letter is for; such a refusal may have been of any.
    """
    failed = Counter(
        letter["office_id"]
        for letter in evidence.letters.values()
        if letter["stage"] == Stage.FAILED and letter["reason"] == Reason.REFUSED_BY_SERVER
    )
    refused = Counter(line["to"] for line in evidence.relay if line["what"] == "refused" and line["said"][:1] == "5")
    of_any = refused[""]
    against = []
    for office_id, n in failed.items():
        said = sum(refused[each["address"]] for each in evidence.offices[office_id]["emails"])
        of_any -= max(n - said, 0)
        if of_any < 0:
            against.append(f"{n} letters to office {office_id} failed on {said} refusals")
    return against


def tally_equals_rows(evidence: Evidence) -> Verdict:
    """In each snapshot; and what the public was told adds up, and is never more than what was accepted by then."""
    snapshots = [line for line in evidence.samples if line["what"] == "snapshot"]
    against = [f"at {line['at']}: {each}" for line in snapshots for each in line["differences"]]
    against += [f"at the end: {each}" for each in evidence.differences]
    accepted = sorted(copies[0].at for copies in evidence.copies.values())
    told = [line for line in evidence.answers("stats") if line["letters"]]
    for line in told:
        numbers = dict(line["letters"])
        if numbers.pop("total") != sum(numbers.values()):
            against.append(f"at {line['at']} the stats did not add up")
        if numbers["sent"] > bisect_right(accepted, line["at"]):
            against.append(f"at {line['at']} the stats told of {numbers['sent']} letters sent, which were fewer")
    if not snapshots:
        against.append("no snapshot was taken")
    counts = f"{len(snapshots)} snapshots in the middle, one at the end; {len(told)} answers to the public add up"
    return Verdict("I4 the tally equals the rows", counts, against)


def allowed_moves(evidence: Evidence) -> Verdict:
    """No snapshot shows a letter where it cannot have come to, and no copy left of one that never may."""
    snapshots = [line for line in evidence.samples if line["what"] == "snapshot"]
    against = [f"letter {each}: {before} to {after}" for line in snapshots for each, before, after in line["forbidden"]]
    against += [
        f"letter {letter_id} was accepted, and is {stage}"
        for letter_id in evidence.copies
        if (stage := evidence.letters[letter_id]["stage"]) in {Stage.UNCONFIRMED, Stage.EXPIRED, Stage.READY}
    ]
    moves = sum(line["moves"] for line in snapshots)
    return Verdict("I9 only allowed moves", f"{moves} moves seen between snapshots", against)
