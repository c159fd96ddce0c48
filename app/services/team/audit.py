"""Who did what: whatever is flushed of a watched table is written down in the same transaction, from which to which."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic_core import to_jsonable_python
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.account import Account
from app.models.account_link import AccountLink
from app.models.api_key import ApiKey
from app.models.audit import AuditEntry, Deed
from app.models.campaign import Campaign
from app.models.endorsement import Endorsement
from app.models.figure import Figure
from app.models.news import News
from app.models.news_item import NewsItem
from app.models.office import Office
from app.models.official import Official
from app.models.organisation import Organiser
from app.models.preview_link import PreviewLink
from app.models.prisoner import Prisoner
from app.models.prisoner_event import PrisonerEvent
from app.models.review import Approval
from app.models.statement import Statement
from app.models.webhook import Webhook
from app.rows.asking import table_of
from app.services.team.access import Access

WATCHED: dict[type[SQLModel], tuple[type[SQLModel], str] | None] = {  # and of what each is a part
    Campaign: None,
    Prisoner: None,
    Office: None,
    Organiser: None,
    AccountLink: None,
    News: (Campaign, "campaign_id"),
    PrisonerEvent: (Prisoner, "prisoner_id"),
    Statement: (Prisoner, "prisoner_id"),
    NewsItem: (Prisoner, "prisoner_id"),
    Figure: None,
    Official: (Office, "office_id"),
    Account: (Organiser, "organiser_id"),
    ApiKey: (Organiser, "organiser_id"),
    Webhook: None,
    Endorsement: (Campaign, "campaign_id"),
    PreviewLink: (Campaign, "campaign_id"),
    Approval: (Campaign, "campaign_id"),
}
NOT_TOLD = frozenset(
    {
        "id",
        "organisation_id",
        "revision",
        "created_at",
        "due_at",
        "attempts",
        "otp_step",
        "told_to",
        "told_at",
        "status_given",
    }
)
SECRET = "(secret)"  # noqa: S105 - stands for one
SECRETS = frozenset({"password_hash", "sealed_secret", "sealed_secret_before"})
LONGEST_NAME = 200
NAMES = ("slug", "name", "title", "country")  # what a thing goes by, the first that it has

Who = Callable[[], Access | None]
Changes = Mapping[str, tuple[object, object]]


class Thing(NamedTuple):
    """What an entry is about."""

    kind: str
    id: uuid.UUID
    organisation_id: uuid.UUID
    name: str


def on_behalf(session: AsyncSession, who: Who) -> None:
    """Say who changes what this transaction changes. It is asked when something is written down."""
    session.info["who"] = who


def note(session: AsyncSession, thing: SQLModel, changes: Changes) -> None:
    """Write down a change of a thing that shows in no column of a watched table."""
    told = {name: (before, after) for name, (before, after) in changes.items() if before != after}
    if told:
        session.add(_entry(session.sync_session, Deed.CHANGED, thing, thing, told))


def record(session: AsyncSession, thing: Thing, deed: Deed, changes: Changes, *, kind: str = "") -> None:
    """Write down what was done past the ORM."""
    session.add(_written(session.sync_session, thing, deed, kind or thing.kind, changes))


def name_of(values: Mapping[str, Any]) -> str:
    """Return what a thing goes by."""
    found = next((values[name] for name in NAMES if values.get(name)), "")
    return str(next(iter(found.values()))) if isinstance(found, dict) else str(found)


@event.listens_for(Session, "before_flush")
def _write_down(session: Session, _context: object, _instances: object) -> None:
    deeds = [(Deed.CREATED, session.new), (Deed.CHANGED, session.dirty), (Deed.DELETED, session.deleted)]
    for deed, row in [(deed, row) for deed, rows in deeds for row in rows if type(row) in WATCHED]:
        changes = dict(_changes(row, deed))
        whole = _whole(session, row)
        if whole is not None and (changes or deed is not Deed.CHANGED):
            session.add(_entry(session, deed, row, whole, changes))


def _changes(row: SQLModel, deed: Deed) -> Iterator[tuple[str, tuple[object, object]]]:
    """Yield each column that changes, from which to which."""
    part_of = WATCHED[type(row)]
    for attribute in sa.inspect(row, raiseerr=True).mapper.column_attrs:
        name = attribute.key
        if name in NOT_TOLD or (part_of and name == part_of[1]):
            continue
        now = getattr(row, name)
        before = sa.inspect(row, raiseerr=True).attrs[name].history.deleted
        if deed is Deed.CHANGED and before and before[0] != now:
            yield name, (before[0], now)
        elif deed is not Deed.CHANGED and now not in (None, "", [], {}):
            yield name, (None, now) if deed is Deed.CREATED else (now, None)


def _whole(session: Session, row: SQLModel) -> SQLModel | None:
    """Return the thing that a row is a part of: itself, or the row that it points to. None: of no organisation."""
    part_of = WATCHED[type(row)]
    if part_of is None:
        return row if getattr(row, "organisation_id", None) else None
    whole, pointer = part_of
    with session.no_autoflush:
        return session.get(whole, getattr(row, pointer))


def _entry(session: Session, deed: Deed, row: SQLModel, whole: SQLModel, changes: Changes) -> AuditEntry:
    thing = Thing(table_of(type(whole)).name, _of(whole, "id"), _of(whole, "organisation_id"), _name(whole))
    return _written(session, thing, deed, table_of(type(row)).name, changes)


def _written(session: Session, thing: Thing, deed: Deed, kind: str, changes: Changes) -> AuditEntry:
    who: Who = session.info.get("who", lambda: None)
    access = who()
    return AuditEntry(
        organisation_id=thing.organisation_id,
        organiser_id=access.organiser.id if access else None,
        api_key_id=access.api_key_id if access else None,
        deed=deed,
        kind=kind,
        thing_id=thing.id,
        thing=thing.name[:LONGEST_NAME],
        changes={
            name: {"from": _shown(name, before), "to": _shown(name, after)} for name, (before, after) in changes.items()
        },
    )


def _of(thing: SQLModel, name: str) -> uuid.UUID:
    found: uuid.UUID = getattr(thing, name)
    return found


def _name(thing: object) -> str:
    return name_of({attribute: getattr(thing, attribute, None) for attribute in NAMES})


def _shown(name: str, value: object) -> object:
    if value is None:
        return None
    return SECRET if name in SECRETS or isinstance(value, bytes) else to_jsonable_python(value)
