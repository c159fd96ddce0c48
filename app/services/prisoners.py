"""Prisoners: found, listed, written, and what happens to them."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import declension
from app.errors import Conflict, NotFound
from app.models.brief import Brief
from app.models.organisation import Organiser
from app.models.prisoner import (
    PUBLIC_CONSENT,
    STATUS_AFTER,
    EventCreate,
    EventKind,
    EventPublic,
    NameForm,
    Prisoner,
    PrisonerCreate,
    PrisonerEvent,
    PrisonerForOrganisers,
    PrisonerPublic,
    PrisonerQuery,
    PrisonerStatus,
    PrisonerUpdate,
)
from app.pagination import Page
from app.services import news, publishing, revisions, telling


async def read(session: AsyncSession, slug: str, visitor: Organiser | None) -> PrisonerPublic:
    """Show a prisoner: to their own organisation always, to others where there is consent to publicity."""
    prisoner = await _find(session, slug)
    if visitor and prisoner.organisation_id == visitor.organisation_id:
        return show_to_organisers(prisoner)
    return _public(prisoner)


async def own(session: AsyncSession, organiser: Organiser, slug: str) -> Prisoner:
    """Return a prisoner of the organiser's organisation, to be changed."""
    prisoner = await _find(session, slug, lock=True)
    if prisoner.organisation_id != organiser.organisation_id:
        raise no_prisoner()
    return prisoner


def no_prisoner() -> NotFound:
    return NotFound("There is no prisoner at this address.")


async def listed(session: AsyncSession, query: PrisonerQuery) -> Page[PrisonerPublic]:
    """Return prisoners whom the public may see, newest first."""
    which = select(Prisoner).where(col(Prisoner.consent).in_(PUBLIC_CONSENT))
    if query.after:
        which = which.where(col(Prisoner.id) < query.after)
    if query.country:
        which = which.where(Prisoner.country == query.country)
    if query.status:
        which = which.where(Prisoner.status == query.status)
    found = (await session.exec(which.order_by(col(Prisoner.id).desc()).limit(query.limit + 1))).all()
    shown, next_cursor = query.cut(found)
    return Page(items=[_public(each) for each in shown], next_cursor=next_cursor)


def show_to_organisers(prisoner: Prisoner) -> PrisonerForOrganisers:
    declined = {
        language: {case: NameForm(form=form.text, by=form.origin) for case, form in forms.items()}
        for language in declension.DECLINING
        if (forms := declension.forms(prisoner, language)) or language in prisoner.names
    }
    return PrisonerForOrganisers.model_validate({**prisoner.model_dump(), "declined": declined})


async def create(session: AsyncSession, organiser: Organiser, body: PrisonerCreate) -> PrisonerForOrganisers:
    """Add a prisoner."""
    prisoner = Prisoner.model_validate({**columns(body), "organisation_id": organiser.organisation_id})
    await revisions.insert(
        session, prisoner, taken=Conflict("There is a prisoner with this slug or external id already: choose another.")
    )
    return show_to_organisers(prisoner)


async def update(
    session: AsyncSession, prisoner: Prisoner, body: PrisonerUpdate, *, if_match: str | None
) -> PrisonerForOrganisers:
    """Change what is sent. A status or consent that stops letters does so at once, at the gates."""
    revisions.require(prisoner.revision, if_match)
    before = prisoner.status
    await revisions.change(session, prisoner, columns(body))
    await telling.of_prisoner(session, prisoner, before=before)
    await news.tell_freed(session, prisoner, before=before)
    return show_to_organisers(prisoner)


async def delete(session: AsyncSession, prisoner: Prisoner) -> None:
    """Delete a prisoner about whom nobody has campaigned."""
    in_briefs = select(Brief.id).where(sa.cast(col(Brief.content), sa.String).contains(str(prisoner.id)))
    if (await session.exec(in_briefs.limit(1))).first():
        raise still_needed()
    await session.exec(sa.delete(PrisonerEvent).where(col(PrisonerEvent.prisoner_id) == prisoner.id))
    await session.delete(prisoner)
    try:
        await session.flush()
    except IntegrityError:
        raise still_needed() from None


def still_needed() -> Conflict:
    return Conflict("A campaign is about this prisoner. To take them off everything public, withdraw the consent.")


async def add_event(session: AsyncSession, prisoner: Prisoner, body: EventCreate) -> PrisonerForOrganisers:
    """Take down what happened. The newest event that changes a status sets it; a health alarm makes letters urgent."""
    session.add(PrisonerEvent(prisoner_id=prisoner.id, **body.model_dump()))
    await session.flush()
    before, status = prisoner.status, await _status_by_events(session, prisoner.id)
    await revisions.change(session, prisoner, {"status": status} if status else {})
    await telling.of_prisoner(session, prisoner, before=before)
    if body.kind is EventKind.HEALTH:
        await publishing.alarm(session, prisoner)
    await news.tell_freed(session, prisoner, before=before)
    return show_to_organisers(prisoner)


async def events(session: AsyncSession, slug: str, visitor: Organiser | None) -> Page[EventPublic]:
    """Return what happened to a prisoner, the newest first, to whom may see the prisoner."""
    await read(session, slug, visitor)
    prisoner = await _find(session, slug)
    return Page(items=[EventPublic.model_validate(event.model_dump()) for event in await _events(session, prisoner.id)])


def columns(body: PrisonerCreate | PrisonerUpdate) -> dict[str, Any]:
    """Return what was sent for the prisoner's row; sources and case forms as the plain values that JSON keeps."""
    sent = body.model_dump(exclude_unset=True, exclude={"sources", "cases"})
    return sent | body.model_dump(mode="json", exclude_unset=True, include={"sources", "cases"})


async def _status_by_events(session: AsyncSession, prisoner_id: uuid.UUID) -> PrisonerStatus | None:
    statuses = (STATUS_AFTER[event.kind] for event in await _events(session, prisoner_id))
    return next((status for status in statuses if status), None)


async def _events(session: AsyncSession, prisoner_id: uuid.UUID) -> list[PrisonerEvent]:
    newest_first = (col(PrisonerEvent.happened_on).desc(), col(PrisonerEvent.id).desc())
    return list(
        await session.exec(
            select(PrisonerEvent).where(PrisonerEvent.prisoner_id == prisoner_id).order_by(*newest_first)
        )
    )


def _public(prisoner: Prisoner) -> PrisonerPublic:
    if prisoner.consent not in PUBLIC_CONSENT:
        raise no_prisoner()
    return PrisonerPublic.model_validate(prisoner.model_dump())


async def _find(session: AsyncSession, slug: str, *, lock: bool = False) -> Prisoner:
    which = select(Prisoner).where(Prisoner.slug == slug)
    prisoner = (await session.exec(which.with_for_update() if lock else which)).first()
    if prisoner is None:
        raise no_prisoner()
    return prisoner
