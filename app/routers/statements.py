"""What a prisoner's family or an organisation says."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import UNKEPT, IdPath, OwnPrisonerDep, ReaderDep, SessionDep, SlugPath, VisitorDep
from app.models.statement import StatementCreate, StatementPublic, StatementUpdate
from app.pagination import Page, PageRequest
from app.services.lives import statements

router = APIRouter(prefix="/prisoners/{slug}/statements", tags=["prisoners"], route_class=StrictRoute)


@router.get("", dependencies=[UNKEPT])
async def list_statements(
    slug: SlugPath, session: ReaderDep, visitor: VisitorDep, query: Annotated[PageRequest, Query()]
) -> Page[StatementPublic]:
    """List statements, the last entered first. Show `author` beside the words.

    The public gets those whose author agreed (`consented_on`); the prisoner's own organisation gets all.
    """
    return await statements.listed(session, slug, visitor, query)


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_statement(prisoner: OwnPrisonerDep, body: StatementCreate, session: SessionDep) -> StatementPublic:
    """Add a statement. It is public once its author has agreed: say when, in `consented_on`."""
    return await statements.add(session, prisoner, body)


@router.patch("/{statement_id}")
async def update_statement(
    prisoner: OwnPrisonerDep, statement_id: IdPath, body: StatementUpdate, session: SessionDep
) -> StatementPublic:
    """Change what is sent. `consented_on: null` takes it off everything public at once."""
    return await statements.update(session, prisoner, statement_id, body)


@router.delete("/{statement_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_statement(prisoner: OwnPrisonerDep, statement_id: IdPath, session: SessionDep) -> None:
    """Delete a statement."""
    await statements.remove(session, prisoner, statement_id)
