"""The application: create_app(settings), and what lives as long as it does."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from app import problems, quick, schema, stopping
from app.config import Settings
from app.database import Database
from app.delivery import account_mail, relays
from app.delivery.hooks import Hooks
from app.delivery.worker import Worker
from app.routers import (
    account_pages,
    audit,
    auth,
    campaigns,
    checks,
    endorse_pages,
    endorsements,
    events,
    exports,
    feeds,
    figures,
    guide,
    health,
    imports,
    inbound,
    joint_letters,
    letters,
    mailbox,
    metrics,
    news,
    news_items,
    numbers,
    officials,
    organisation,
    organisers,
    osdi,
    pages,
    pictures,
    popolo,
    preview_links,
    preview_pages,
    print_runs,
    prisoners,
    queue,
    receipts,
    statements,
    stats,
    streams,
    unsubscribe,
    webhooks,
)
from app.services.board import Board
from app.services.confirming import Confirmations
from app.services.enquiries import Enquiries
from app.services.intake import Intake
from app.services.numbers.curves import Gallery
from app.services.numbers.watching import Watch
from app.services.sealing import Keys
from app.services.team.passwords import Passwords

logger = logging.getLogger(__name__)

GARBAGE = (20_000, 20, 50)  # new objects before the youngest are searched, then how often before the older ones
TAGS = (  # as /docs shows them
    "campaigns",
    "letters",
    "receipts",
    "prisoners",
    "officials",
    "checks",
    "stats",
    "endorsements",
    "print runs",
    "queue",
    "imports and exports",
    "webhooks",
    "inbound",
    "auth",
    "organisers",
    "audit",
    "osdi",
    "health",
)
# Matched in order: the busiest first
LIVES = (events, statements, news_items, figures, checks)
SHOWN = (numbers, pictures, streams, feeds, popolo)
FOR_ORGANISERS = (print_runs, news, queue, inbound, imports, exports, webhooks, auth, organisers, audit)
OF_CAMPAIGNS = (endorsements, joint_letters, preview_links, organisation)
ROOMS = (
    letters,
    stats,
    receipts,
    campaigns,
    prisoners,
    officials,
    *LIVES,
    *SHOWN,
    *OF_CAMPAIGNS,
    *FOR_ORGANISERS,
)  # the busiest first
DESCRIPTION = """
Letter-writing campaigns for political prisoners: personal, correctly addressed letters, each counted truthfully.

The line: `GET /campaigns` → `GET /campaigns/{slug}/officials` → `POST …/letters/preview` → `POST …/letters` →
the supporter presses the button behind the link in their mail → the letters leave →
`GET /receipts/{token}` and `GET …/stats` tell where they stand.

Errors are `application/problem+json` (RFC 9457); `errors[].pointer` names the field.
"""


def served() -> FastAPI:
    """Return the service as `serve` runs it."""
    app = create_app()
    has_started()
    return app


def has_started() -> None:
    """Let what starting has made not be searched for garbage again and again."""
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service. Settings come from the environment unless they are given."""
    settings = settings or Settings()
    app = FastAPIOffline(
        title="Unsilenced",
        version="0.1.0",
        description=DESCRIPTION,
        openapi_tags=[{"name": tag} for tag in TAGS],
        lifespan=_lifespan,
        redirect_slashes=False,
        routes=list(_routes(catching=settings.catches_mail)),
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},  # paths hold links
    )
    app.state.settings = settings
    app.state.keys = Keys(settings.secret_key)
    app.state.gallery = Gallery()
    app.state.passwords = Passwords()
    problems.install(app)
    shortcut = quick.Shortcut([room.router for room in ROOMS], prefix="/api/v1", usual=app.router.app)
    app.router.routes.insert(0, shortcut)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["ETag", "Retry-After"],
        )
    return app


@cache
def _routes(*, catching: bool) -> list[BaseRoute]:
    """Return all routes. What the framework makes of each at its first request is then made once for a process."""
    house = APIRouter()
    house.include_router(osdi.router, responses=problems.RESPONSES)
    house.include_router(health.router)
    house.include_router(metrics.router)
    house.include_router(numbers.accepting, prefix="/api/v1")
    for room in ROOMS:
        house.include_router(room.router, prefix="/api/v1", responses=problems.RESPONSES)
    house.include_router(guide.router)
    house.include_router(pages.router)
    house.include_router(unsubscribe.router)
    for behind_a_link in (account_pages, endorse_pages, preview_pages):
        house.include_router(behind_a_link.router)
    if catching:
        house.include_router(mailbox.router)
    return house.routes


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        app.state.database = database = Database(settings.database_url)
        app.state.intake = Intake(database, app.state.keys)
        app.state.board = Board(database, usual=settings.office_hourly_limit if settings.pacing else None)
        app.state.confirmations = Confirmations(database, app.state.keys)
        app.state.enquiries = Enquiries(database, app.state.keys)
        stack.push_async_callback(database.close)
        await schema.require_current(database)
        app.state.watch = watch = Watch(database)
        stack.push_async_callback(watch.close)
        stack.enter_context(stopping.at_once(watch.stop))
        if settings.worker:
            await stack.enter_async_context(delivering(settings, database))
        yield


@asynccontextmanager
async def delivering(settings: Settings, database: Database) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker, with a mail catcher where no mail server is set; on leaving, finish what is in hand."""
    async with AsyncExitStack() as stack:
        url = settings.smtp_url
        if url is None:
            from app.delivery import catcher  # noqa: PLC0415 - slow to load, and only wanted here

            server, url = await catcher.start(settings.mailbox)
            stack.callback(server.close)
        mailer = relays.from_settings(settings, url)
        stack.push_async_callback(mailer.close)
        stopping = asyncio.Event()
        keys = Keys(settings.secret_key)
        worker = Worker(database, mailer, keys, settings)
        calling = asyncio.create_task(Hooks(database, keys, settings).run(stopping))
        running = asyncio.create_task(worker.run(stopping))
        to_organisers = asyncio.create_task(account_mail.run(stopping, database, mailer, keys, settings))
        try:
            yield running
        finally:
            stopping.set()
            _, unfinished = await asyncio.wait({running, calling, to_organisers}, timeout=settings.grace)
            for task in unfinished:
                logger.warning("some deliveries were still under way; they are due again when their lease has run out")
                task.cancel()
