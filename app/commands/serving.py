"""`unsilenced serve`. What other commands need is not loaded here, so that it starts at once."""

import asyncio
import os
import signal
import sys
from typing import Annotated

import typer
import uvicorn

from app import logs, schema
from app.config import Settings
from app.console import open_database, out
from app.writes import Http

commands = typer.Typer()

WORKER_PATIENCE = 60  # seconds: a process that is still starting, on a busy machine, is not taken for dead


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve the API.")] = 1,
    worker: Annotated[bool, typer.Option(help="Deliver letters in these processes too.")] = True,
    demo: Annotated[bool, typer.Option(help="Migrate, and load the demonstration if the database is empty.")] = False,
) -> None:
    """Serve the API, with a delivery worker unless --no-worker. Ctrl-C stops it.

    unsilenced serve --demo

    unsilenced serve --host 0.0.0.0 --workers 2 --no-worker
    """
    if not worker:
        os.environ["UNSILENCED_WORKER"] = "off"
    if (
        "base_url" not in Settings().model_fields_set
    ):  # then it is where we listen; off this machine, that asks for secrets
        os.environ["UNSILENCED_BASE_URL"] = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    settings = Settings()
    logs.configure(settings.log_format)
    key = _prepare_demo(settings) if demo else None
    asyncio.run(_require_current(settings))
    _say_where(settings, demo=demo, key=key)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: sys.exit(0))  # uvicorn raises the signal again when it has stopped in order
    uvicorn.run(
        "app.main:served",
        factory=True,
        host=host,
        port=port,
        workers=workers if workers > 1 else None,
        http=Http,
        access_log=False,  # paths hold supporters' links
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=WORKER_PATIENCE,
        h11_max_incomplete_event_size=16 * 1024,
    )


def _say_where(settings: Settings, *, demo: bool, key: str | None) -> None:
    base = settings.base_url
    out.print(f"[bold]Unsilenced[/bold] serves at {base}")
    out.print(f"  the API, to try out   {base}/docs")
    if demo:
        out.print(f"  the demo campaign     {base}/api/v1/campaigns/rocio-san-miguel")
    if settings.catches_mail:
        out.print(f"  caught mail           {base}/mailbox")
    if key and settings.is_local:
        out.print(f"  the organiser's key   {key}")


def _prepare_demo(settings: Settings) -> str:
    """Load the demonstration where nothing is; return its organiser's key."""
    from app.commands import demonstrating  # noqa: PLC0415 - only wanted here

    asyncio.run(demonstrating.prepare(settings))
    return demonstrating.demo_key(settings)


async def _require_current(settings: Settings) -> None:
    async with open_database(settings) as database:
        await schema.require_current(database)
