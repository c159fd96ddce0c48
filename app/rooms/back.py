"""What organisers, machines and curious people come for."""

from functools import cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from app import problems
from app.rooms.front import PREFIX
from app.routers import (
    account_pages,
    audit,
    auth,
    checks,
    endorse_pages,
    endorsements,
    events,
    exports,
    feeds,
    figures,
    guide,
    imports,
    inbound,
    joint_letters,
    mailbox,
    metrics,
    news,
    news_items,
    numbers,
    organisation,
    organisers,
    osdi,
    pictures,
    popolo,
    preview_links,
    preview_pages,
    print_runs,
    queue,
    statements,
    streams,
    unsubscribe,
    webhooks,
)

LIVES = (events, statements, news_items, figures, checks)
SHOWN = (numbers, pictures, streams, feeds, popolo)
OF_CAMPAIGNS = (endorsements, joint_letters, preview_links, organisation)
FOR_ORGANISERS = (print_runs, news, queue, inbound, imports, exports, webhooks, auth, organisers, audit)
PAGES = (guide, unsubscribe, account_pages, endorse_pages, preview_pages)


@cache
def routes(*, catching: bool) -> list[BaseRoute]:
    """Return the routes. `catching`: with the mail catcher's."""
    house = APIRouter()
    for room in (*LIVES, *SHOWN, *OF_CAMPAIGNS, *FOR_ORGANISERS):
        house.include_router(room.router, prefix=PREFIX, responses=problems.RESPONSES)
    house.include_router(osdi.router, responses=problems.RESPONSES)
    house.include_router(metrics.router)
    for page in PAGES:
        house.include_router(page.router)
    if catching:
        house.include_router(mailbox.router)
    return house.routes
