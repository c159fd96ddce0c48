"""The application: create_app(settings), and what lives as long as it does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from app import problems, quick, schema, starting, stopping
from app.config import Settings
from app.database import Database
from app.heads import Heads
from app.rooms import front
from app.rooms.late import Late
from app.routers import refusals
from app.services.board import Board
from app.services.handing_in.confirming import Confirmations
from app.services.handing_in.enquiries import Enquiries
from app.services.handing_in.intake import Intake
from app.services.numbers.curves import Gallery
from app.services.numbers.watching import Watch
from app.services.sealing import Keys
from app.services.team.passwords import Passwords

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
    starting.has_started()
    return app


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
        routes=[*front.routes(), Late(catching=settings.catches_mail)],
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},  # paths hold links
    )
    app.state.settings = settings
    app.state.keys = Keys(settings.secret_key)
    app.state.gallery = Gallery()
    app.state.passwords = Passwords()
    problems.install(app)
    refusals.install(app)
    app.add_middleware(Heads)
    shortcut = quick.Shortcut([room.router for room in front.ROOMS], prefix=front.PREFIX, usual=app.router.app)
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
            from app.delivery.running import delivering  # noqa: PLC0415 - the API alone does without

            await stack.enter_async_context(delivering(settings, database))
        yield
