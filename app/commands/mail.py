"""`unsilenced mail …`: whether mail leaves, tried with one message."""

import asyncio
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.markup import escape

from app.config import Settings
from app.console import errors, out
from app.delivery import message, relays, signing
from app.delivery.envelope import Envelope
from app.delivery.message import Mail
from app.delivery.replies import Never, TryAgain
from app.models.columns import now, uuid7
from app.models.text import Email

commands = typer.Typer(no_args_is_help=True, help="The mail server.")

SUBJECT = "Unsilenced can send mail"
BODY = """This is a test, sent by `unsilenced mail test`. It has left as letters leave: over the same mail server,
from the same address, and signed if letters are.

Look at its headers: SPF, DKIM and DMARC should say "pass" where you have it read. Is it among the spam?
"""


@commands.callback()
def _several() -> None:
    """Keep `test` a command of its own."""


@commands.command(name="test")
def try_out(
    to: Annotated[str, typer.Option(prompt=True, help="Your own address: to it the message goes.")],
    campaign: Annotated[str, typer.Option(help="A campaign's slug, where it has a mail server of its own.")] = "",
) -> None:
    """Send one message over the mail server that letters take, and print what it answered.

    unsilenced mail test --to you@example.org
    """
    settings = Settings()
    if settings.smtp_url is None:
        errors.print("UNSILENCED_SMTP_URL is not set: mail goes to the catcher, and nowhere else.")
        raise typer.Exit(1)
    try:
        address = TypeAdapter(Email).validate_python(to)
        said = asyncio.run(_send(settings, settings.smtp_url, address, campaign))
    except ValidationError:
        raise typer.BadParameter("This is not an e-mail address.", param_hint="--to") from None
    except (TryAgain, Never) as error:
        errors.print(escape(f"The mail server has not taken it: {error.reply}"))
        raise typer.Exit(1) from None
    out.print(escape(f"The mail server has taken it: {said}"))


async def _send(settings: Settings, first: str, to: str, campaign: str) -> str:
    mailer, signer = relays.from_settings(settings, first), signing.from_settings(settings)
    domain = settings.mail_from.rpartition("@")[2]
    mail = Mail(settings.mail_from, "Unsilenced", to, SUBJECT, BODY, f"{uuid7()}@{domain}", person="", automatic=True)
    text = message.to_bytes(mail, at=now())
    if signer:
        text = signer.signed(text, domain=domain)
    try:
        return await mailer.send(Envelope(settings.mail_from, to, text, campaign))
    finally:
        await mailer.close()
