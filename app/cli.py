"""The `unsilenced` command."""

import asyncio
import hmac
import logging
import os
import signal
import sys
import uuid
from functools import partial
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession
from uvicorn.loops.auto import auto_loop_factory

from app import cli_files, logs, organiser_commands, schema
from app.commands import audit, campaign, doctor, mail, queue, stats
from app.config import Settings
from app.console import AsJson, errors, open_database, out, print_json, with_database
from app.database import Database
from app.errors import UnsilencedError
from app.incoming.sort import LARGEST
from app.main import delivering, has_started
from app.models.columns import now
from app.services import campaigns, publishing, recount, scrub
from app.services import demo as demonstration
from app.services.returning import inbound as coming_back
from app.services.sealing import Keys
from app.services.team import organisers

HELP = """Letter-writing campaigns for political prisoners.

The first time: `unsilenced migrate`, `unsilenced organiser create --account`, `unsilenced doctor`, `unsilenced serve`.

Settings are environment variables, or lines of a file `.env` in this folder. No command needs a running API.

Exit codes: 0 done; 1 refused, or something is wrong, said in a sentence; 2 the command line was not understood;
75 not now (`inbound` only).
"""

cli = typer.Typer(no_args_is_help=True, add_completion=False, help=HELP)
cli.add_typer(organiser_commands.commands, name="organiser")
cli.add_typer(campaign.commands, name="campaign")
cli.add_typer(queue.commands, name="queue")
cli.add_typer(mail.commands, name="mail")
cli.command(name="stats")(stats.show)
cli.command(name="audit")(audit.show)
cli.command()(doctor.doctor)

DIFFERENCES_SHOWN = 20
WORKER_PATIENCE = 60  # seconds: a process that is still starting, on a busy machine, is not taken for dead


def main() -> None:
    """Run the command; what goes wrong on purpose is told in a sentence, with exit code 1."""
    logs.configure("text")
    try:
        cli()
    except UnsilencedError as error:
        errors.print(error.detail)
        for fault in error.errors:
            errors.print(f"{fault.pointer}  {fault.detail}".strip(), markup=False)
    except ValidationError as error:
        for each in error.errors():
            errors.print(
                f"Setting {'.'.join(map(str, each['loc']))}: {each['msg']}".replace("Setting : Value error, ", "")
            )
    except (SQLAlchemyError, OSError) as error:
        errors.print(
            f"The database cannot be reached or refused: {type(error).__name__}. Is UNSILENCED_DATABASE_URL right?"
        )
    else:
        return
    sys.exit(1)


@cli.command()
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
    if demo:
        asyncio.run(_prepare_demo(settings))
    asyncio.run(_require_current(settings))
    _say_where(settings, demo=demo)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: sys.exit(0))  # uvicorn raises the signal again when it has stopped in order
    uvicorn.run(
        "app.main:served",
        factory=True,
        host=host,
        port=port,
        workers=workers if workers > 1 else None,
        access_log=False,  # paths hold supporters' links
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=WORKER_PATIENCE,
        h11_max_incomplete_event_size=16 * 1024,
    )


@cli.command()
def work() -> None:
    """Deliver letters, in a process of its own. Ctrl-C or SIGTERM: it finishes what it has begun; again: it goes.

    UNSILENCED_SMTP_URL=smtps://letters:secret@mail.example.org unsilenced work
    """
    settings = Settings()
    logs.configure(settings.log_format)
    if settings.catches_mail:
        errors.print("UNSILENCED_SMTP_URL is not set: a worker of its own needs a mail server.")
        raise typer.Exit(1)
    try:
        has_started()
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # the loop that serving takes
            runner.run(_work(settings))
    except asyncio.CancelledError:
        errors.print("Stopped at once. What was under way is due again when its lease has run out.")
        raise typer.Exit(1) from None


@cli.command()
def inbound(
    to: Annotated[str, typer.Option(help="The envelope's recipient, if your mail server tells it.")] = "",
    lmtp: Annotated[str, typer.Option(metavar="HOST:PORT", help="Listen here for LMTP instead.")] = "",
) -> None:
    """Take one message that came back from standard input, as a pipe of your mail server; or all, over LMTP.

    unsilenced inbound --to "$RECIPIENT" < message.eml

    unsilenced inbound --lmtp 127.0.0.1:2424

    Exit codes: 0 taken, 75 not now (the mail server keeps it and comes again). See docs/operators.md.
    """
    if lmtp:
        asyncio.run(_listen(lmtp))
        return
    try:
        asyncio.run(_take_piped(to))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with us, the message is not lost
        logging.getLogger(__name__).warning("a message could not be taken in: %s", type(error).__name__)
        raise typer.Exit(os.EX_TEMPFAIL) from None


@cli.command()
def migrate() -> None:
    """Bring the database to this edition's schema: before the first start, and after each upgrade. Back up first.

    unsilenced migrate
    """
    with_database(schema.migrate, migrated=False, doing="Migrating")
    out.print("The database is up to date.")


@cli.command()
def demo() -> None:
    """Load the demonstration into an empty database. It can write to nobody.

    unsilenced demo
    """
    settings = Settings()
    if not asyncio.run(_load_demo(settings)):
        out.print("There is a campaign already: the demonstration goes into an empty database only.")
        return
    out.print("The demonstration is loaded.")
    if settings.is_local:
        out.print(f"The organiser's key: {demo_key(settings)}")


@cli.command()
def pause() -> None:
    """Pause every campaign, so that no letter leaves: for after a backup was restored. Organisers resume them.

    unsilenced pause

    One campaign alone: `unsilenced campaign pause free-ada`.
    """

    async def run(database: Database) -> int:
        async with database.transaction() as session:
            return await publishing.pause_all(session)

    out.print(f"{with_database(run)} campaigns paused.")


@cli.command(name="recount")
def recount_(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit with 1 if a count differs.")] = False,
    campaign: Annotated[str | None, typer.Option(help="Only of the campaign with this slug.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count all letters and people again, and put the kept counts right (or only compare them).

    unsilenced recount --check

    For every night: a difference is a bug of ours. Put right while nothing else runs.
    """
    found = with_database(partial(_compare if check else _put_right, slug=campaign), doing="Counting")
    if as_json:
        print_json([difference._asdict() for difference in found])
        raise typer.Exit(1 if check and found else 0)
    for difference in found[:DIFFERENCES_SHOWN]:
        out.print(f"{difference.where}: kept {difference.kept}, counted {difference.counted}")
    if len(found) > DIFFERENCES_SHOWN:
        out.print(f"… and {len(found) - DIFFERENCES_SHOWN} more")
    if not found:
        out.print("The kept counts equal the rows.")
        return
    out.print(f"{len(found)} counts differed{'' if check else ' and were put right'}.")
    if check:
        raise typer.Exit(1)


@cli.command(name="scrub")
def scrub_() -> None:
    """Forget: what nobody confirmed in seven days, and supporters ninety days after their campaign.

    unsilenced scrub

    A worker does so every hour by itself.
    """

    async def run(database: Database) -> int:
        return await scrub.run(database, at=now())

    out.print(f"{with_database(run, doing='Forgetting')} submissions forgotten.")


def demo_key(settings: Settings) -> str:
    """Return the demo organiser's key: made from the secret, so that it can be shown at every start on this machine."""
    return organisers.KEY_PREFIX + hmac.digest(settings.secret_key.encode(), b"demo organiser", "sha256").hex()


def _say_where(settings: Settings, *, demo: bool) -> None:
    base = settings.base_url
    out.print(f"[bold]Unsilenced[/bold] serves at {base}")
    out.print(f"  the API, to try out   {base}/docs")
    if demo:
        out.print(f"  the demo campaign     {base}/api/v1/campaigns/rocio-san-miguel")
    if settings.catches_mail:
        out.print(f"  caught mail           {base}/mailbox")
    if demo and settings.is_local:
        out.print(f"  the organiser's key   {demo_key(settings)}")


cli_files.add_to(cli)


async def _prepare_demo(settings: Settings) -> None:
    async with open_database(settings) as database:
        await schema.migrate(database)
    await _load_demo(settings)


async def _load_demo(settings: Settings) -> bool:
    async with open_database(settings) as database:
        await schema.require_current(database)
        async with database.transaction() as session:
            return await demonstration.load(session, key=demo_key(settings))


async def _require_current(settings: Settings) -> None:
    async with open_database(settings) as database:
        await schema.require_current(database)


async def _compare(database: Database, *, slug: str | None) -> list[recount.Difference]:
    async with database.snapshot() as session:
        return await recount.differences(session, await _id_of(session, slug))


async def _put_right(database: Database, *, slug: str | None) -> list[recount.Difference]:
    async with database.transaction() as session:
        campaign_id = await _id_of(session, slug)
        found = await recount.differences(session, campaign_id)
        if found:
            await recount.rebuild(session, campaign_id)
        return found


async def _id_of(session: AsyncSession, slug: str | None) -> uuid.UUID | None:
    return (await campaigns.public(session, slug)).id if slug else None


async def _take_piped(to: str) -> None:
    raw = sys.stdin.buffer.read(LARGEST)
    while sys.stdin.buffer.read(LARGEST):  # not needed; but the mail server wants to be rid of it
        pass
    settings = Settings()
    async with open_database(settings) as database:
        await schema.require_current(database)
        await coming_back.take(database, Keys(settings.secret_key), raw, to=to)


async def _listen(where: str) -> None:
    from app.delivery import lmtp as lmtp_server  # noqa: PLC0415 - slow to load, and only wanted here

    host, _, port = where.rpartition(":")
    if not port.isdigit():
        raise typer.BadParameter("Give a host and a port, such as 127.0.0.1:2424.", param_hint="--lmtp")
    settings = Settings()
    async with open_database(settings) as database:
        await schema.require_current(database)
        server = await lmtp_server.listen(database, Keys(settings.secret_key), host.strip("[]"), int(port))
        out.print(f"What comes back is taken in over LMTP at {where}. Stop it with Ctrl-C.")
        await _told_to_stop().wait()
        server.close()


def _told_to_stop() -> asyncio.Event:
    stopping = asyncio.Event()
    this = asyncio.current_task()

    def stop() -> None:
        if stopping.is_set() and this:
            this.cancel()
        stopping.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    return stopping


async def _work(settings: Settings) -> None:
    stopping = _told_to_stop()
    async with open_database(settings) as database:
        await schema.require_current(database)
        async with delivering(settings, database) as running:
            out.print("The worker delivers. Stop it with Ctrl-C.")
            waiting = asyncio.create_task(stopping.wait())
            await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if running.done():
                running.result()
