"""The `unsilenced` command: where each command is, and what is told when one goes wrong."""

import os
import sys
from collections import UserDict
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from app import logs
from app.console import errors
from app.errors import UnsilencedError

HELP = """Letter-writing campaigns for political prisoners.

The first time: `unsilenced migrate`, `unsilenced organiser create --account`, `unsilenced doctor`, `unsilenced serve`.

Settings are environment variables, or lines of a file `.env` in this folder. No command needs a running API.

Exit codes: 0 done; 1 refused, or something is wrong, said in a sentence; 2 the command line was not understood;
75 not now (`inbound` only).
"""

ROOMS = {  # the module that has each command, in the order of the help
    "serve": "app.commands.serving",
    "work": "app.commands.working",
    "inbound": "app.commands.working",
    "migrate": "app.commands.upkeep",
    "demo": "app.commands.demonstrating",
    "pause": "app.commands.upkeep",
    "recount": "app.commands.upkeep",
    "scrub": "app.commands.upkeep",
    "doctor": "app.commands.doctor",
    "stats": "app.commands.stats",
    "audit": "app.commands.audit",
    "import": "app.commands.importing",
    "export": "app.commands.exporting",
    "organiser": "app.commands.organiser",
    "campaign": "app.commands.campaign",
    "queue": "app.commands.queue",
    "mail": "app.commands.mail",
}


class Late(UserDict[str, Any]):
    """Commands by name. Each is loaded when it is asked for: none waits for the others."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a command, of a class that Typer keeps to itself
        found = super().__getitem__(name)
        if isinstance(found, str):
            group = typer.main.get_group(import_module(found).commands)
            self[name] = found = group.commands.get(name, group)
            found.name = name
        return found


class LateGroup(TyperGroup):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as Typer passes them
        super().__init__(**options)
        self.commands = Late(ROOMS)


cli = typer.Typer(cls=LateGroup, no_args_is_help=True, add_completion=False, help=HELP)


@cli.callback()
def _several() -> None:
    """Keep Typer from looking for commands of its own."""


NOBODY_ELSE = 0o007  # of a file's mode: what we write is for us and our group, and for nobody else on the machine


def main() -> None:
    """Run the command; what goes wrong on purpose is told in a sentence, with exit code 1."""
    os.umask(os.umask(NOBODY_ELSE) | NOBODY_ELSE)
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
