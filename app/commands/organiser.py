"""`unsilenced organiser …`: the first organiser, and what an operator does for the others."""

import getpass
import sys
import uuid
from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape

from app.config import Settings
from app.console import AsJson, errors, out, print_json, with_database
from app.database import Database
from app.errors import NotFound
from app.models.account import Account, Credentials
from app.models.organisation import Organiser, OrganiserPublic
from app.services.sealing import Keys
from app.services.team import account_links, accounts, organisers, second_factor
from app.services.team.passwords import Passwords

commands = typer.Typer(no_args_is_help=True, help="People who run campaigns.")

OrganiserId = Annotated[uuid.UUID, typer.Argument(metavar="ID", help="As `unsilenced organiser list` shows it.")]


@commands.command()
def create(
    organisation: Annotated[str, typer.Option(prompt=True, help="The organisation; made if it is new.")],
    name: Annotated[str, typer.Option(prompt=True, help="The organiser's name.")],
    *,
    account: Annotated[
        bool,
        typer.Option(
            "--account",
            help="Ask for e-mail and password too, so that they can sign in and invite others. "
            "From a script: two lines on standard input.",
        ),
    ] = False,
) -> None:
    """Add an organiser with the role owner, and print their API key: once, it is not kept.

    The first one invites all others over the API: POST /api/v1/organisers.

    unsilenced organiser create --account

    unsilenced organiser create --organisation "Our Committee" --name "Olga Organiser"
    """
    given = _ask() if account else None

    async def run(database: Database) -> str:
        password_hash = await Passwords().hash(given.password) if given else ""
        async with database.transaction() as session:
            organiser, key = await organisers.create_with_key(session, organisation=organisation, name=name)
            if given:
                keys = Keys(Settings().secret_key)
                await accounts.make(session, keys, organiser, email=given.email, password_hash=password_hash)
            return key

    key = with_database(run)
    errors.print("The API key, shown this once; send it as `Authorization: Bearer …`:")
    print(key)  # noqa: T201 - alone on standard output, for scripts


@commands.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """List all organisers, with ids for the other commands. Their addresses need the secret to be read.

    unsilenced organiser list

    unsilenced organiser list --json | jq '.[] | select(.role == "owner") | .email'
    """

    async def run(database: Database) -> list[OrganiserPublic]:
        async with database.reading() as session:
            return await organisers.listed(session, Keys(Settings().secret_key), None)

    found = with_database(run)
    if as_json:
        print_json(found)
        return
    for each in found:
        out.print(escape("  ".join(_told(each))))


@commands.command()
def disable(organiser_id: OrganiserId) -> None:
    """End an organiser's access at once: sessions and API keys. What they did stays in the audit.

    unsilenced organiser disable 01a1fd9c-07e9-7dec-b50f-de9f310940dd
    """

    async def run(database: Database) -> str:
        async with database.transaction() as session:
            organiser = await session.get(Organiser, organiser_id)
            if organiser is None:
                raise NotFound("There is no organiser with this id.")
            await organisers.disable(session, await organisers.colleague(session, organiser, organiser_id))
            return organiser.name

    out.print(f"{with_database(run)} is disabled.")


@commands.command(name="new-password")
def new_password(organiser_id: OrganiserId) -> None:
    """Print a link to a new password, good once and for an hour, for somebody whom mail does not reach.

    Whoever opens it gets the account, so be sure who asks, and hand it over in person or by phone.

    unsilenced organiser new-password 01a1fd9c-07e9-7dec-b50f-de9f310940dd
    """
    settings = Settings()

    async def run(database: Database) -> str:
        async with database.transaction() as session:
            account = await session.get(Account, organiser_id)
            if account is None:
                raise NotFound("There is no account with this id.")
            return await account_links.link_to_reset(session, Keys(settings.secret_key), account)

    print(f"{settings.base_url}/account/{with_database(run)}")  # noqa: T201 - alone on standard output, for scripts


@commands.command(name="drop-second-factor")
def drop_second_factor(organiser_id: OrganiserId) -> None:
    """Take the second factor off an account whose owner has lost it, recovery codes too. Be sure who asks.

    unsilenced organiser drop-second-factor 01a1fd9c-07e9-7dec-b50f-de9f310940dd
    """

    async def run(database: Database) -> None:
        async with database.transaction() as session:
            account = await session.get(Account, organiser_id, with_for_update=True)
            if account is None or account.otp_since is None:
                raise NotFound("There is no second factor on an account with this id.")
            await second_factor.drop(session, account)
            await organisers.end_sessions(session, organiser_id)

    with_database(run)
    out.print("The second factor is off, and they are signed out. Ask them to set up another.")


def _told(organiser: OrganiserPublic) -> Iterator[str]:
    yield f"{organiser.id}  {organiser.role.value:7}"
    yield f"{organiser.name} <{organiser.email}>" if organiser.email else organiser.name
    if organiser.second_factor:
        yield "second factor"
    if organiser.disabled_at:
        yield f"disabled on {organiser.disabled_at:%Y-%m-%d}"


def _ask() -> Credentials:
    """Return e-mail and password from a prompt or standard input: never from the command line, which others can see."""
    if sys.stdin.isatty():
        email, password = typer.prompt("E-mail"), getpass.getpass("Password, twelve characters at least: ")
    else:
        email, password = (sys.stdin.readline().rstrip("\n") for _ in range(2))
    try:
        return Credentials(email=email, password=password)
    except ValidationError as error:
        for each in error.errors():
            errors.print(f"{str(each['loc'][0]).title()}: {each['msg'].removeprefix('Value error, ')}")
        raise typer.Exit(1) from None
