"""Letters claimed within the limits: of offices, mail domains, campaigns and organisations, over all workers.

Who claims, claims alone. What this costs grows with the streams that have letters due, never with the letters.
"""

import random
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import Settings
from app.database import one_at_a_time
from app.delivery import destinations, pacing, streams
from app.delivery.claims import LEASED, LETTER, Claim, Taking, is_due, take, taking
from app.delivery.pacing import Turn
from app.delivery.streams import NO_DOMAIN, Waiting, domain_of
from app.models.delivery import Delivery
from app.models.office import Office
from app.models.pace import OfficePace, OrganisationDay, Stream
from app.rows.asking import database_now, rows, table_of
from app.rows.prepared import Prepared
from app.rows.writing import execute_many, upsert, upsert_adding
from app.services.limits import Pace, of_office

ALONE = b"claiming"
MOST_TURNS = 64  # streams of one claim


_Turn = tuple[uuid.UUID, uuid.UUID, int]  # an office, a campaign, and how many letters of it
_TYPES: tuple[Any, ...] = sa.Uuid(), sa.Uuid(), sa.Integer()


class _Begun(NamedTuple):
    organisation_id: uuid.UUID
    day: date
    letters: int


async def claim(session: AsyncSession, settings: Settings, *, most: int, at: datetime) -> list[Claim]:
    """Take letters that are due and may leave, in turn."""
    await one_at_a_time(session, [ALONE], wait=True)
    waiting = await streams.read(session, settings, today=at.date())
    given = await _given(session, settings, waiting, most=most) if waiting else Counter[Turn]()
    if not given:
        return []
    turns = [(turn.office_id, turn.campaign_id, most) for turn, most in given.items()]
    taken = await take(session, _of_streams, lease_time=settings.lease_time, turns=turns)
    await _note(session, waiting, taken)
    return taken


async def _given(session: AsyncSession, settings: Settings, waiting: Sequence[Waiting], *, most: int) -> Counter[Turn]:
    offices = {each.turn.office_id: _slots(each, most=most) for each in waiting}
    domains = await _left_to_domains(session, {each.turn.domain for each in waiting}) | {NO_DOMAIN: most}
    organisations = await _left_to_organisations(session, waiting, ceiling=settings.organisation_daily_limit)
    may_go = [
        turn
        for turn in (each.turn for each in waiting)
        if offices[turn.office_id] > 0 and domains[turn.domain] > 0 and organisations[turn.organisation_id] > 0
    ]
    return pacing.share(may_go[:MOST_TURNS], room=most, offices=offices, domains=domains, organisations=organisations)


def _slots(waiting: Waiting, *, most: int) -> int:
    """Return how many letters an office takes now. Where it has no address, nothing leaves, and nothing has to wait."""
    if waiting.turn.domain == NO_DOMAIN:
        return most
    return pacing.slots(waiting.pace, waiting.limits, now=waiting.now)


async def _left_to_domains(session: AsyncSession, domains: Collection[str]) -> dict[str, int]:
    in_hand = await rows(
        session,
        sa.select(col(Office.emails), sa.func.count())
        .join(Delivery, col(Delivery.office_id) == col(Office.id))
        .where(LEASED, LETTER, col(Delivery.due_at) > database_now())
        .group_by(col(Office.id)),
    )
    taken: Counter[str] = Counter()
    for emails, n in in_hand:
        taken[domain_of(emails)] += n
    allowed = await destinations.concurrency(session, domains)
    return {domain: int(allowed[domain]) - taken[domain] for domain in domains}


async def _left_to_organisations(
    session: AsyncSession, waiting: Sequence[Waiting], *, ceiling: int
) -> dict[uuid.UUID, int]:
    ids = {each.turn.organisation_id for each in waiting}
    today = waiting[0].now.date()
    which = sa.select(col(OrganisationDay.organisation_id), col(OrganisationDay.letters))
    begun = await rows(
        session, which.where(col(OrganisationDay.organisation_id).in_(ids), col(OrganisationDay.day) == today)
    )
    return dict.fromkeys(ids, ceiling) | {id_: ceiling - n for id_, n in begun}


@Prepared
def _of_streams(session: AsyncSession, new_lease: uuid.UUID, lease_time: float, turns: list[_Turn]) -> Taking:
    """Return the statement that claims the longest due of each stream, by a short walk along an index for each."""
    if session.get_bind().dialect.name == "sqlite":
        parts = [_longest_due(*map(sa.literal, turn, _TYPES)).subquery() for turn in turns]
        return taking(sa.union_all(*(sa.select(part.c.id) for part in parts)), new_lease, lease_time)
    columns = zip(*turns, strict=True)
    arrays = [sa.literal(list(each), postgresql.ARRAY(type_)) for each, type_ in zip(columns, _TYPES, strict=True)]
    given = sa.func.unnest(*arrays).table_valued("office", "campaign", "most").render_derived("given")
    part = _longest_due(*given.c).lateral("part")
    return taking(sa.select(part.c.id).select_from(given).join(part, sa.true()), new_lease, lease_time)


def _longest_due(office: Any, campaign: Any, most: Any) -> Any:  # noqa: ANN401 - columns, or places of values
    due = col(Delivery.office_id) == office, col(Delivery.campaign_id) == campaign, ~LEASED, is_due()
    walk = sa.select(col(Delivery.id)).where(*due).order_by(col(Delivery.due_at)).limit(most)
    return walk.with_for_update(skip_locked=True)


async def _note(session: AsyncSession, waiting: Sequence[Waiting], taken: Sequence[Claim]) -> None:
    """Write down whose turn it was, and when each office takes its next letter."""
    by_office = Counter(each.office_id for each in taken)
    by_stream = Counter((each.campaign_id, each.office_id) for each in taken)
    paced = (each for each in waiting if each.turn.domain != NO_DOMAIN)
    offices = {each.turn.office_id: each for each in paced if by_office[each.turn.office_id]}
    paces = [{"office_id": id_, **asdict(_after(offices[id_], taken=by_office[id_]))} for id_ in sorted(offices)]
    await upsert(session, OfficePace, paces)
    table = table_of(Stream)
    which = (table.c.campaign_id == sa.bindparam("b_campaign"), table.c.office_id == sa.bindparam("b_office"))
    turns = [{"b_campaign": campaign_id, "b_office": office_id} for campaign_id, office_id in by_stream]
    await execute_many(session, sa.update(table).where(*which).values(turn_at=database_now()), turns)
    organisations = {each.turn.campaign_id: each.turn.organisation_id for each in waiting}
    begun = Counter(organisations[each.campaign_id] for each in taken if each.campaign_id and each.attempts == 1)
    days = [_Begun(id_, waiting[0].now.date(), n) for id_, n in sorted(begun.items())]
    await upsert_adding(session, OrganisationDay, days, add="letters")


async def charge(session: AsyncSession, settings: Settings, office_id: uuid.UUID) -> None:
    """Let a letter that goes again without waiting, since its worker died, take the office's next slot."""
    office = await session.get_one(Office, office_id)
    row = await session.get(OfficePace, office_id, with_for_update=True)
    ((now,),) = await rows(session, sa.select(database_now()))
    usual = settings.office_hourly_limit
    bearable = of_office(office.hourly_limit, office.daily_limit, office.open_hours, usual=usual)
    turn = Turn(office_id, office_id, office.organisation_id, NO_DOMAIN)
    pace = _after(Waiting(turn, bearable, Pace(row.slot_at, row.next_at) if row else None, now), taken=1)
    await upsert(session, OfficePace, [{"office_id": office_id, **asdict(pace)}])


def _after(waiting: Waiting, *, taken: int) -> Pace:
    chance = random.random()  # noqa: S311 - spreads letters, guards nothing
    return pacing.after(waiting.pace, waiting.limits, taken=taken, now=waiting.now, chance=chance)
