"""Prisoners: found, listed and written. What happens to them is in events."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.composing import declension
from app.errors import Conflict, NotFound
from app.models.brief import Brief
from app.models.consequences import CampaignTouched, Consequences, PrisonerChanged
from app.models.news_item import NewsItem
from app.models.organisation import Organiser
from app.models.prisoner import (
    PUBLIC_CONSENT,
    NameForm,
    Prisoner,
    PrisonerCreate,
    PrisonerForOrganisers,
    PrisonerPublic,
    PrisonerQuery,
    PrisonerUpdate,
)
from app.models.prisoner_event import PrisonerEvent
from app.models.statement import Statement
from app.pagination import Page
from app.services import revisions
from app.services.lives import consequences
from app.services.lives.consequences import Turn

AS_JSON = {"sources", "cases", "recognised_by"}


async def read(session: AsyncSession, slug: str, visitor: Organiser | None) -> PrisonerPublic:
    """Show a prisoner: to their own organisation always, to others where there is consent to publicity."""
    prisoner = await seen(session, slug, visitor)
    return show_to_organisers(prisoner) if is_of(prisoner, visitor) else _public(prisoner)


async def seen(session: AsyncSession, slug: str, visitor: Organiser | None) -> Prisoner:
    """Return a prisoner whom a visitor may see."""
    prisoner = await _find(session, slug)
    if prisoner.consent not in PUBLIC_CONSENT and not is_of(prisoner, visitor):
        raise no_prisoner()
    return prisoner


def is_of(prisoner: Prisoner, visitor: Organiser | None) -> bool:
    """Tell whether a visitor belongs to the organisation that looks after the prisoner."""
    return visitor is not None and prisoner.organisation_id == visitor.organisation_id


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
        language: {
            case: NameForm(form=form.text, by=form.origin)
            for case, form in declension.as_letters_say_it(prisoner, language).items()
        }
        for language in declension.DECLINING
        if language in {*prisoner.names, *prisoner.cases}
    }
    return PrisonerForOrganisers.model_validate({**prisoner.model_dump(), "declined": declined})


def changed(prisoner: Prisoner, told: list[CampaignTouched]) -> PrisonerChanged:
    """Show a prisoner after a change, and what it has done."""
    return PrisonerChanged.model_validate({**show_to_organisers(prisoner).model_dump(), "campaigns": told})


async def create(session: AsyncSession, organiser: Organiser, body: PrisonerCreate) -> PrisonerForOrganisers:
    """Add a prisoner."""
    prisoner = Prisoner.model_validate({**columns(body), "organisation_id": organiser.organisation_id})
    await revisions.insert(
        session, prisoner, taken=Conflict("There is a prisoner with this slug or external id already: choose another.")
    )
    return show_to_organisers(prisoner)


async def update(
    session: AsyncSession, prisoner: Prisoner, body: PrisonerUpdate, *, if_match: str | None
) -> PrisonerChanged:
    """Change what is sent. A status or consent that stops letters does so at once, at the gates."""
    revisions.require(prisoner.revision, if_match)
    turn = _turn(prisoner, body)
    told = (await consequences.foretell(session, prisoner, turn)).campaigns
    await revisions.change(session, prisoner, columns(body))
    await consequences.draw(session, prisoner, turn, told)
    return changed(prisoner, told)


async def foretell(session: AsyncSession, prisoner: Prisoner, body: PrisonerUpdate) -> Consequences:
    """Tell what a change would do to campaigns and letters."""
    return await consequences.foretell(session, prisoner, _turn(prisoner, body))


def _turn(prisoner: Prisoner, body: PrisonerUpdate) -> Turn:
    status, consent = body.status or prisoner.status, body.consent or prisoner.consent
    return Turn(prisoner.status, status, prisoner.consent, consent)


async def delete(session: AsyncSession, prisoner: Prisoner) -> None:
    """Delete a prisoner about whom nobody has campaigned."""
    in_briefs = select(Brief.id).where(sa.cast(col(Brief.content), sa.String).contains(str(prisoner.id)))
    if (await session.exec(in_briefs.limit(1))).first():
        raise still_needed()
    for part in (PrisonerEvent, Statement, NewsItem):
        await session.exec(sa.delete(part).where(col(part.prisoner_id) == prisoner.id))
    await session.delete(prisoner)
    try:
        await session.flush()
    except IntegrityError:
        raise still_needed() from None


def still_needed() -> Conflict:
    return Conflict("A campaign is about this prisoner. To take them off everything public, withdraw the consent.")


def columns(body: PrisonerCreate | PrisonerUpdate) -> dict[str, Any]:
    """Return what was sent for the prisoner's row; lists of things as the plain values that JSON keeps."""
    sent = body.model_dump(exclude_unset=True, exclude=AS_JSON)
    given = {"status_given": sent["status"]} if "status" in sent else {}
    return sent | given | body.model_dump(mode="json", exclude_unset=True, include=AS_JSON)


def _public(prisoner: Prisoner) -> PrisonerPublic:
    return PrisonerPublic.model_validate(prisoner.model_dump())


async def _find(session: AsyncSession, slug: str, *, lock: bool = False) -> Prisoner:
    which = select(Prisoner).where(Prisoner.slug == slug)
    prisoner = (await session.exec(which.with_for_update(key_share=True) if lock else which)).first()
    if prisoner is None:
        raise no_prisoner()
    return prisoner
