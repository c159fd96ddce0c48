"""How many political prisoners countries hold."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.bodies import StrictRoute
from app.dependencies import ANYONE, EditorDep, OwnFigureDep, ReaderDep, SessionDep
from app.models.figure import FigureCreate, FigurePublic, FigureQuery, FigureUpdate
from app.pagination import Page
from app.services import figures

router = APIRouter(prefix="/figures", tags=["prisoners"], route_class=StrictRoute)


@router.get("", dependencies=[ANYONE])
async def list_figures(session: ReaderDep, query: Annotated[FigureQuery, Query()]) -> Page[FigurePublic]:
    """List figures, the newest count first. `?country=BY&limit=1` is the present one: show its source and date."""
    return await figures.listed(session, query)


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_figure(body: FigureCreate, organiser: EditorDep, session: SessionDep) -> FigurePublic:
    """Add a figure with its source. Those before it stay, as the history."""
    return await figures.add(session, organiser, body)


@router.patch("/{figure_id}")
async def correct_figure(figure: OwnFigureDep, body: FigureUpdate, session: SessionDep) -> FigurePublic:
    """Put a slip in a figure of yours right. The audit keeps what stood there. A newer count is another figure."""
    return await figures.correct(session, figure, body)


@router.delete("/{figure_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_figure(figure: OwnFigureDep, session: SessionDep) -> None:
    """Take a figure of yours out that was entered by mistake."""
    await figures.remove(session, figure)
