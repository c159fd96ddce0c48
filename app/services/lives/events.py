"""What happens to a prisoner: taken down, corrected, taken back. Each can be tried before it is saved."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.errors import NotFound, invalid
from app.models.campaign import Campaign, CampaignStatus
from app.models.consequences import Consequences, PrisonerChanged
from app.models.delivery import Delivery
from app.models.letter import Letter, Reason, Stage
from app.models.news import News, NewsKind
from app.models.organisation import Organiser
from app.models.prisoner import Prisoner
from app.models.prisoner_event import EventCreate, EventKind, EventPublic, EventUpdate, PrisonerEvent
from app.pagination import Page, PageRequest
from app.rows.asking import rows
from app.services import correcting, revisions
from app.services.lives import consequences, life, prisoners
from app.services.lives.consequences import Turn
from app.services.telling import news

TOO_EARLY = "Nobody is released before they were arrested. Enter the arrest that came before it first."


async def listed(session: AsyncSession, slug: str, visitor: Organiser | None, query: PageRequest) -> Page[EventPublic]:
    """Return what happened to a prisoner, the newest first, to whom may see the prisoner."""
    prisoner = await prisoners.seen(session, slug, visitor)
    which = _newest_first(prisoner)
    if query.after:
        place = sa.select(col(PrisonerEvent.happened_on), col(PrisonerEvent.id)).where(
            col(PrisonerEvent.id) == query.after, col(PrisonerEvent.prisoner_id) == prisoner.id
        )
        at = sa.tuple_(col(PrisonerEvent.happened_on), col(PrisonerEvent.id))
        which = which.where(at < place.scalar_subquery())
    found, next_cursor = query.cut((await session.exec(which.limit(query.limit + 1))).all())
    return Page(items=[EventPublic.model_validate(event.model_dump()) for event in found], next_cursor=next_cursor)


async def add(session: AsyncSession, prisoner: Prisoner, body: EventCreate) -> PrisonerChanged:
    """Take down what happened. The newest event that has a status sets it; a health alarm makes letters urgent."""
    before, event = await _of(session, prisoner), PrisonerEvent(prisoner_id=prisoner.id, **body.model_dump())
    turn = _turn(prisoner, before, [*before, event])
    told = await consequences.foretell(session, prisoner, turn)
    session.add(event)
    await _save(session, prisoner, turn, told)
    return prisoners.changed(prisoner, told.campaigns)


async def foretell(session: AsyncSession, prisoner: Prisoner, body: EventCreate) -> Consequences:
    """Tell what taking this down would do."""
    before = await _of(session, prisoner)
    turn = _turn(prisoner, before, [*before, PrisonerEvent(prisoner_id=prisoner.id, **body.model_dump())])
    return await consequences.foretell(session, prisoner, turn)


async def correct(
    session: AsyncSession, prisoner: Prisoner, event_id: uuid.UUID, body: EventUpdate, *, dry_run: bool
) -> Consequences:
    """Put an event right. The status follows from the events as they then are."""
    before = await _of(session, prisoner)
    event = _own(before, event_id)
    values = body.model_dump(exclude_unset=True)
    correcting.refuse_empty(PrisonerEvent, values)
    mended = PrisonerEvent.model_validate({**event.model_dump(), **values})
    turn = _turn(prisoner, before, [mended if each is event else each for each in before])
    told = await _told(session, prisoner, event, turn, saved=not dry_run)
    if not dry_run:
        event.sqlmodel_update(values)
        session.add(event)
        await _save(session, prisoner, turn, told)
    return told


async def remove(session: AsyncSession, prisoner: Prisoner, event_id: uuid.UUID, *, dry_run: bool) -> Consequences:
    """Take an event back that never happened. The status follows from those that are left."""
    before = await _of(session, prisoner)
    event = _own(before, event_id)
    turn = _turn(prisoner, before, [each for each in before if each is not event])
    told = await _told(session, prisoner, event, turn, saved=not dry_run)
    if not dry_run:
        await session.delete(event)
        await _save(session, prisoner, turn, told)
    return told


async def _save(session: AsyncSession, prisoner: Prisoner, turn: Turn, told: Consequences) -> None:
    await revisions.change(session, prisoner, {"status": turn.after})
    await consequences.draw(session, prisoner, turn, told.campaigns)


def _turn(prisoner: Prisoner, before: Sequence[PrisonerEvent], after: Sequence[PrisonerEvent]) -> Turn:
    """Return what a change of the events changes, or refuse a release before the arrest. Pure."""
    already = {each.id for each in life.freed_before_arrest(before, detained_on=prisoner.detained_on)}
    known = {each.id: (each.kind, each.happened_on) for each in before}
    new = [each for each in after if known.get(each.id) != (each.kind, each.happened_on)]
    early = {each.id for each in life.freed_before_arrest(after, detained_on=prisoner.detained_on)} - already
    if early and any(each.id in early or each.id in known for each in new):
        raise invalid("/happened_on", TOO_EARLY)
    status = life.status_after(before, after, now=prisoner.status, given=prisoner.status_given)
    alarms = {id_ for id_, (kind, _) in known.items() if kind is EventKind.HEALTH}
    alarm = any(each.kind is EventKind.HEALTH and each.id not in alarms for each in new)
    return Turn(prisoner.status, status, prisoner.consent, prisoner.consent, alarm)


async def _told(
    session: AsyncSession, prisoner: Prisoner, event: PrisonerEvent, turn: Turn, *, saved: bool
) -> Consequences:
    told = await consequences.foretell(session, prisoner, turn, saved=saved)
    return told.model_copy(update={"cannot_undo": await _done(session, prisoner, event, turn)})


async def _done(session: AsyncSession, prisoner: Prisoner, event: PrisonerEvent, turn: Turn) -> list[str]:
    """Tell what an event has done that taking it back does not undo."""
    if event.kind is EventKind.HEALTH:
        return ["The campaigns that it made urgent stay so, and keep their brief."]
    if not life.is_back(turn.before, turn.after):
        return []
    cancelled = sa.select(sa.func.count()).where(
        col(Letter.stage) == Stage.CANCELLED,
        col(Letter.reason) == Reason.PRISONER_FREE_OR_DEAD,
        col(Letter.moved_at) >= event.created_at,
        news.about(prisoner.id),
        col(Letter.campaign_id).in_(news.campaigns_about(prisoner.id)),
    )
    stopped = sa.select(col(News.id)).where(col(News.prisoner_id) == prisoner.id, col(News.kind) == NewsKind.STOPPED)
    told = sa.select(sa.func.count()).where(
        col(Delivery.about).in_(stopped), col(Delivery.due_at).is_(None), col(Delivery.lease).is_(None)
    )
    paused = sa.select(col(Campaign.slug)).where(
        col(Campaign.id).in_(news.campaigns_about(prisoner.id)),
        col(Campaign.status) == CampaignStatus.PAUSED,
        col(Campaign.trouble).startswith(f"{prisoner.slug} is ", autoescape=True),
    )
    ((letters,),), ((people,),) = await rows(session, cancelled), await rows(session, told)
    done = [f"Letters that were cancelled, and stay so: {letters}."] if letters else []
    done += [f"Supporters who have been told: {people}."] if people else []
    return done + [f"{slug} stays paused until you resume it." for (slug,) in await rows(session, paused)]


def _own(events: Sequence[PrisonerEvent], event_id: uuid.UUID) -> PrisonerEvent:
    found = next((each for each in events if each.id == event_id), None)
    if found is None:
        raise NotFound("There is no such event of this prisoner.")
    return found


async def _of(session: AsyncSession, prisoner: Prisoner) -> list[PrisonerEvent]:
    return list(await session.exec(_newest_first(prisoner)))


def _newest_first(prisoner: Prisoner) -> SelectOfScalar[PrisonerEvent]:
    which = select(PrisonerEvent).where(PrisonerEvent.prisoner_id == prisoner.id)
    return which.order_by(col(PrisonerEvent.happened_on).desc(), col(PrisonerEvent.id).desc())
