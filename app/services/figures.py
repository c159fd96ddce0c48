"""How many political prisoners countries hold, by whoever counted."""

import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFound
from app.models.figure import Figure, FigureCreate, FigurePublic, FigureQuery, FigureUpdate
from app.models.organisation import Organiser
from app.pagination import Page
from app.services import correcting


async def listed(session: AsyncSession, query: FigureQuery) -> Page[FigurePublic]:
    """Return figures by the day for which they were counted, the newest first."""
    which = select(Figure)
    if query.country:
        which = which.where(Figure.country == query.country)
    if query.after:
        last = sa.select(col(Figure.as_of), col(Figure.id)).where(col(Figure.id) == query.after)
        which = which.where(sa.tuple_(col(Figure.as_of), col(Figure.id)) < last.scalar_subquery())
    newest = which.order_by(col(Figure.as_of).desc(), col(Figure.id).desc())
    shown, next_cursor = query.cut((await session.exec(newest.limit(query.limit + 1))).all())
    return Page(items=[_public(each) for each in shown], next_cursor=next_cursor)


async def add(session: AsyncSession, organiser: Organiser, body: FigureCreate) -> FigurePublic:
    """Add a figure. Those before it stay: they are the history."""
    figure = Figure(organisation_id=organiser.organisation_id, **body.model_dump())
    session.add(figure)
    await session.flush()
    return _public(figure)


async def own(session: AsyncSession, organiser: Organiser, figure_id: uuid.UUID) -> Figure:
    """Return a figure that the organiser's organisation entered."""
    figure = await session.get(Figure, figure_id)
    if figure is None or figure.organisation_id != organiser.organisation_id:
        raise NotFound("There is no figure of yours at this address.")
    return figure


async def correct(session: AsyncSession, figure: Figure, body: FigureUpdate) -> FigurePublic:
    """Put a slip right. A newer count is another figure."""
    await correcting.correct(session, figure, body)
    return _public(figure)


async def remove(session: AsyncSession, figure: Figure) -> None:
    """Take a figure out that was entered by mistake."""
    await session.delete(figure)


def _public(figure: Figure) -> FigurePublic:
    return FigurePublic.model_validate(figure.model_dump())
