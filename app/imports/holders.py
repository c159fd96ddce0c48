"""Who holds an office: the same person told anew, or one who follows. The rules are those of services/holders."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.imports.changes import Decision, different, new_row
from app.imports.report import Fault
from app.models.columns import now
from app.models.official import Official, OfficialCreate
from app.services.offices.holders import TOOK_OFFICE_LATER
from app.sheets.flat import merged

OVERLAP = "The holder before was still in office on this day. Give a later day."

Values = Mapping[str, Any]


def by_office(found: Sequence[Values]) -> dict[uuid.UUID, list[Values]]:
    """Return the holders of each office, one after another."""
    held = defaultdict(list)
    for official in sorted(found, key=lambda each: (each["since"] or date.min, each["id"])):
        held[official["office_id"]].append(official)
    return held


def described(held: Sequence[Values], given: Any) -> Any:  # noqa: ANN401 - what a row says is not yet checked
    """Return what is known of the holder whom a row names, where it is the present one."""
    if not held or not isinstance(given, dict) or not _same(held[-1], given):
        return given
    return merged({name: held[-1][name] for name in OfficialCreate.model_fields}, given)


def succeed(decision: Decision, office_id: uuid.UUID, held: Sequence[Values], holder: OfficialCreate) -> Fault | None:
    """Add to a decision what the named holder changes, or return why it cannot be."""
    told = holder.model_dump()
    if not held:
        decision.insert(Official, **new_row(Official, {**told, "office_id": office_id}))
        return None
    *before, present = held
    if _same(present, told):
        return _tell_anew(decision, before, present, told)
    since = holder.since or now().date()
    if present["since"] and present["since"] > since:
        return Fault("holder.since", TOOK_OFFICE_LATER)
    if present["since"] == since:  # a slip, put right
        decision.update(Official, present, different(present, {**told, "since": since}))
        return None
    before_it = since - timedelta(days=1)
    decision.update(Official, present, {"until": min(present["until"] or before_it, before_it)})
    decision.insert(Official, **new_row(Official, {**told, "since": since, "office_id": office_id}))
    return None


def _tell_anew(decision: Decision, before: Sequence[Values], present: Values, told: Values) -> Fault | None:
    changed = different(present, told)
    if before and "since" in changed and (told["since"] or date.min) <= _last_day(before[-1]):
        return Fault("holder.since", OVERLAP)
    decision.update(Official, present, changed)
    return None


def _last_day(official: Values) -> date:
    return official["until"] or official["since"] or date.min


def _same(present: Values, given: Values) -> bool:
    """One person: by external id where both sides have one, otherwise by name."""
    if present["external_id"] and given.get("external_id"):
        return bool(present["external_id"] == given["external_id"])
    return str(given.get("name", present["name"])).casefold() == str(present["name"]).casefold()
