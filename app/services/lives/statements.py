"""What a prisoner's family or an organisation says. The public reads what its author agreed to."""

import uuid

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFound
from app.models.organisation import Organiser
from app.models.prisoner import Prisoner
from app.models.statement import Statement, StatementCreate, StatementPublic, StatementUpdate
from app.pagination import Page, PageRequest
from app.services import correcting
from app.services.lives import prisoners


async def listed(
    session: AsyncSession, slug: str, visitor: Organiser | None, query: PageRequest
) -> Page[StatementPublic]:
    """Return statements, the last entered first: to the prisoner's own organisation those without consent too."""
    prisoner = await prisoners.seen(session, slug, visitor)
    which = select(Statement).where(Statement.prisoner_id == prisoner.id)
    if not prisoners.is_of(prisoner, visitor):
        which = which.where(col(Statement.consented_on).is_not(None))
    if query.after:
        which = which.where(col(Statement.id) < query.after)
    found = (await session.exec(which.order_by(col(Statement.id).desc()).limit(query.limit + 1))).all()
    shown, next_cursor = query.cut(found)
    return Page(items=[_public(each) for each in shown], next_cursor=next_cursor)


async def add(session: AsyncSession, prisoner: Prisoner, body: StatementCreate) -> StatementPublic:
    """Keep a statement. Without its author's consent only the organisation sees it."""
    statement = Statement(prisoner_id=prisoner.id, **body.model_dump())
    session.add(statement)
    await session.flush()
    return _public(statement)


async def update(
    session: AsyncSession, prisoner: Prisoner, statement_id: uuid.UUID, body: StatementUpdate
) -> StatementPublic:
    """Change what is sent."""
    statement = await _own(session, prisoner, statement_id)
    await correcting.correct(session, statement, body)
    return _public(statement)


async def remove(session: AsyncSession, prisoner: Prisoner, statement_id: uuid.UUID) -> None:
    await session.delete(await _own(session, prisoner, statement_id))


async def _own(session: AsyncSession, prisoner: Prisoner, statement_id: uuid.UUID) -> Statement:
    statement = await session.get(Statement, statement_id)
    if statement is None or statement.prisoner_id != prisoner.id:
        raise NotFound("There is no such statement about this prisoner.")
    return statement


def _public(statement: Statement) -> StatementPublic:
    return StatementPublic.model_validate(statement.model_dump())
