"""`unsilenced doctor`: what an operator would look at first, looked at in one go. Changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import typer
from pydantic import ValidationError
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from app import schema
from app.config import Settings
from app.console import AsJson, open_database, out, print_json
from app.database import Database
from app.delivery import signing
from app.delivery.mailer import SmtpMailer
from app.delivery.replies import Outage
from app.errors import StaleSchema
from app.models.columns import now
from app.services import checkups
from app.services.sealing import Keys

commands = typer.Typer()

LATE = timedelta(minutes=10)  # for which a notice may wait until it seems that nobody delivers


class Finding(NamedTuple):
    """What was looked at, whether it is well, and what to know or to do."""

    what: str
    well: bool
    detail: str


@commands.command()
def doctor(*, as_json: AsJson = False) -> None:
    """Look at settings, database, secret, mail servers and worker, and say what to mend. Changes and sends nothing.

    unsilenced doctor

    Exits with 1 if something needs mending: for a monitor, or before the first start.
    """
    found = asyncio.run(_all())
    if as_json:
        print_json([each._asdict() for each in found])
    else:
        for each in found:
            out.print(f"[{'green' if each.well else 'red'}]{'well' if each.well else 'MEND'}[/]  ", end="")
            out.print(escape(f"{each.what}: {each.detail}"))
    if not all(each.well for each in found):
        raise typer.Exit(1)


async def _all() -> list[Finding]:
    try:
        settings = Settings()
    except ValidationError as error:
        return [
            Finding("settings", well=False, detail=each["msg"].removeprefix("Value error, ")) for each in error.errors()
        ]
    where = "for this machine only" if settings.is_local else f"in the open, at {settings.base_url}"
    found = [Finding("settings", well=True, detail=where)]
    found += [each async for each in _of_database(settings)]
    return [*found, _of_signing(settings), *[await _of_mail_server(url) for url in _mail_servers(settings)]]


async def _of_database(settings: Settings) -> AsyncIterator[Finding]:
    async with open_database(settings) as database:
        try:
            await schema.require_current(database)
        except StaleSchema as error:
            yield Finding("database", well=False, detail=error.detail)
            return
        except (SQLAlchemyError, OSError) as error:
            yield Finding("database", well=False, detail=f"it cannot be reached ({type(error).__name__})")
            return
        yield Finding("database", well=True, detail=f"{database.url.get_backend_name()}, with this edition's schema")
        yield await _of_secret(database, Keys(settings.secret_key))
        yield await _of_worker(database)


async def _of_secret(database: Database, keys: Keys) -> Finding:
    async with database.reading() as session:
        opens = await checkups.secret_opens(session, keys)
    if opens is None:
        return Finding("secret", well=True, detail="nothing is sealed yet")
    bad = "it does not open what was sealed last: is UNSILENCED_SECRET_KEY another one than before?"
    return Finding("secret", well=opens, detail="it opens what was sealed last" if opens else bad)


async def _of_worker(database: Database) -> Finding:
    async with database.reading() as session:
        late = await checkups.oldest_notice(session, at=now())
    if late < LATE:
        return Finding("worker", well=True, detail="no notice waits for long")
    minutes = int(late.total_seconds() // 60)
    return Finding("worker", well=False, detail=f"a notice has been due for {minutes} minutes: does a worker run?")


def _of_signing(settings: Settings) -> Finding:
    try:
        signer = signing.from_settings(settings)
    except (OSError, ValueError, TypeError) as error:
        return Finding("DKIM", well=False, detail=f"UNSILENCED_DKIM_KEY cannot be used ({type(error).__name__})")
    return Finding("DKIM", well=True, detail="we sign" if signer else "the mail server signs, or nobody does")


def _mail_servers(settings: Settings) -> list[str]:
    first = [settings.smtp_url] if settings.smtp_url else []
    return list(dict.fromkeys([*first, *settings.relays.values()]))


async def _of_mail_server(url: str) -> Finding:
    mailer = SmtpMailer(url)
    name = f"mail server {url.rpartition('@')[2].rpartition('//')[2]}"  # without its login
    try:
        await mailer.greet()
    except Outage as error:
        return Finding(name, well=False, detail=error.reply)
    finally:
        await mailer.close()
    return Finding(name, well=True, detail="it greets, and lets us in")
