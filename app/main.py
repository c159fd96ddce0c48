"""The application: create_app(settings), and what lives as long as it does."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from app import problems, schema, stopping
from app.config import Settings
from app.database import Database
from app.delivery import account_mail, catcher, relays
from app.delivery.hooks import Hooks
from app.delivery.worker import Worker
from app.routers import (
    account_pages,
    audit,
    auth,
    campaigns,
    exports,
    feeds,
    guide,
    health,
    imports,
    inbound,
    letters,
    mailbox,
    metrics,
    news,
    numbers,
    officials,
    organisers,
    osdi,
    pages,
    pictures,
    popolo,
    print_runs,
    prisoners,
    queue,
    receipts,
    stats,
    streams,
    unsubscribe,
    webhooks,
)
from app.services.curves import Gallery
from app.services.intake import Intake
from app.services.passwords import Passwords
from app.services.sealing import Keys
from app.services.watching import Watch

logger = logging.getLogger(__name__)

DESCRIPTION = """
Letter-writing campaigns for political prisoners: personal, correctly addressed letters, each counted truthfully.

The line: `GET /campaigns` → `GET /campaigns/{slug}/officials` → `POST …/letters/preview` → `POST …/letters` →
the supporter presses the button behind the link in their mail → the letters leave →
`GET /receipts/{token}` and `GET …/stats` tell where they stand.

Errors are `application/problem+json` (RFC 9457); `errors[].pointer` names the field.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service. Settings come from the environment unless they are given."""
    settings = settings or Settings()
    app = FastAPIOffline(
        title="Unsilenced", version="0.1.0", description=DESCRIPTION, lifespan=_lifespan, redirect_slashes=False
    )
    app.state.settings = settings
    app.state.keys = Keys(settings.secret_key)
    app.state.gallery = Gallery()
    app.state.passwords = Passwords()
    problems.install(app)
    api = APIRouter(prefix="/api/v1", responses=problems.RESPONSES)
    shown = (stats, numbers, pictures, streams, feeds, popolo)
    organisers_rooms = (print_runs, news, queue, inbound, imports, exports, webhooks)
    api.include_router(numbers.accepting)
    for room in (campaigns, letters, receipts, prisoners, officials, *shown, *organisers_rooms):
        api.include_router(room.router)
    for room in (auth, organisers, audit):
        api.include_router(room.router)
    app.include_router(api)
    app.include_router(osdi.router, responses=problems.RESPONSES)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(guide.router)
    app.include_router(pages.router)
    app.include_router(unsubscribe.router)
    app.include_router(account_pages.router)
    if settings.catches_mail:
        app.include_router(mailbox.router)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["ETag", "Retry-After"],
        )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        app.state.database = database = Database(settings.database_url)
        app.state.intake = Intake(database, app.state.keys)
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
