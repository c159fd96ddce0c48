"""`unsilenced work` and `unsilenced inbound`: mail that leaves, and mail that comes back."""

import asyncio
import logging
import os
import signal
import sys
from typing import Annotated

import typer
from uvicorn.loops.auto import auto_loop_factory

from app import logs, schema, starting
from app.config import Settings
from app.console import errors, open_database, out
from app.delivery.running import delivering
from app.incoming.sort import LARGEST
from app.services.returning import inbound as coming_back
from app.services.sealing import Keys

commands = typer.Typer()


@commands.command()
def work() -> None:
    """Deliver letters, in a process of its own. Ctrl-C or SIGTERM: it finishes what it has begun; again: it goes.

    UNSILENCED_SMTP_URL=smtps://letters:secret@mail.example.org unsilenced work
    """
    settings = Settings()
    logs.configure(settings.log_format)
    if settings.catches_mail:
        errors.print("UNSILENCED_SMTP_URL is not set: a worker of its own needs a mail server.")
        raise typer.Exit(1)
    starting.has_started()
    try:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # the loop that serving takes
            runner.run(_work(settings))
    except asyncio.CancelledError:
        errors.print("Stopped at once. What was under way is due again when its lease has run out.")
        raise typer.Exit(1) from None


@commands.command()
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
