"""Whether the service lives, and whether it can work."""

import sqlalchemy as sa
from fastapi import APIRouter

from app.dependencies import ANYONE, ReaderDep
from app.rows.asking import rows

router = APIRouter(prefix="/health", tags=["health"], dependencies=[ANYONE])


@router.get("/live")
async def live() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "live"}


@router.get("/ready")
async def ready(session: ReaderDep) -> dict[str, str]:
    """Answer when the database does too."""
    await rows(session, sa.text("SELECT 1"))
    return {"status": "ready"}
