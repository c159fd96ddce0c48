"""What supporters and those who watch them come for: loaded at once. Matched in this order, the busiest first."""

from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from app import problems
from app.routers import campaigns, health, letters, numbers, officials, pages, prisoners, receipts, stats

PREFIX = "/api/v1"
ROOMS = (letters, stats, receipts, campaigns, prisoners, officials)


@cache
def routes() -> list[BaseRoute]:
    """Return the routes. What the framework makes of each at its first request is then made once for a process."""
    house = APIRouter()
    house.include_router(health.router)
    house.include_router(numbers.accepting, prefix=PREFIX)
    for room in ROOMS:
        house.include_router(room.router, prefix=PREFIX, responses=problems.RESPONSES)
    house.include_router(pages.router)
    return house.routes
