"""The mail that the catcher kept: for development, on this machine only."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.config import PROJECT
from app.dependencies import ANYONE, SettingsDep
from app.errors import NotFound

MOST = 200  # messages on the page
LINK = re.compile(r"https?://\S+")

router = APIRouter(
    prefix="/mailbox", include_in_schema=False, default_response_class=HTMLResponse, dependencies=[ANYONE]
)

_environment = Environment(
    loader=FileSystemLoader(PROJECT / "templates" / "pages"), undefined=StrictUndefined, autoescape=True
)


@router.get("")
def list_messages(settings: SettingsDep) -> HTMLResponse:
    """Show what was caught, the newest first."""
    files = sorted(settings.mailbox.glob("*.eml"), reverse=True)[:MOST]
    return HTMLResponse(_environment.get_template("mailbox.html").render(messages=[_shown(file) for file in files]))


@router.get("/{name}")
def read_message(
    name: Annotated[str, PathParameter(pattern=r"^[0-9a-f-]{36}\.eml$")], settings: SettingsDep
) -> HTMLResponse:
    """Show one message."""
    file = settings.mailbox / name
    if not file.is_file():
        raise NotFound("There is no such message.")
    return HTMLResponse(_environment.get_template("message.html").render(**_shown(file)))


def _shown(file: Path) -> dict[str, object]:
    message = message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=policy.default)
    part = message.get_body(("plain",))
    body = str(part.get_content()) if part else ""
    return {
        "name": file.name,
        "subject": message.get("Subject", ""),
        "sender": message.get("From", ""),
        "to": message.get("To", ""),
        "at": message.get("Date", ""),
        "body": body,
        "links": LINK.findall(body),
    }
