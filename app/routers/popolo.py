"""Officials as Popolo JSON."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies import ReaderDep, VisitorDep
from app.models.office import OfficeQuery
from app.models.popolo import Popolo
from app.services.interfaces import popolo

router = APIRouter(tags=["officials"])


@router.get("/popolo")
async def read_popolo(session: ReaderDep, visitor: VisitorDep, query: Annotated[OfficeQuery, Query()]) -> Popolo:
    """Offices with all their holders as Popolo, page by page; with an API key also how they are reached."""
    return await popolo.read(session, query, visitor)
