"""Everything that goes wrong becomes application/problem+json (RFC 9457). The input is never sent back."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Busy, Closed, FieldError, UnsilencedError
from app.sentences import sentence

logger = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024  # bytes
LARGER_BODIES = {"/api/v1/inbound": 1024 * 1024}  # whole e-mails
LARGEST_FILE = 32 * 1024 * 1024  # bytes of a file to import: it goes to the disk, not to memory
FILES = "/api/v1/imports/"
TYPE = "/docs/problems#"
MOST_ERRORS = 20
MOST_SLIPS = 3  # unknown fields that are named; more are no slips, and not ours to repeat
NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")

STATUS_TITLES = {
    400: ("bad-request", "The request cannot be read"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This address knows other methods"),
    413: ("too-large", "The request is too large"),
}

TEXT = {"type": "string"}
FAULT = {"type": "object", "properties": {"pointer": TEXT, "detail": TEXT}}
SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {**TEXT, "examples": [TYPE + "invalid"]},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "errors": {"type": "array", "items": FAULT, "description": "Each field at fault, by JSON Pointer."},
        "reason": {**TEXT, "description": "With `closed`: which gate is shut."},
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {  # what every address may answer besides its own
    "4XX": {"description": "A problem (RFC 9457)", "content": {"application/problem+json": {"schema": SCHEMA}}}
}


def install(app: FastAPI) -> None:
    """Let the app answer every error with a problem."""
    app.add_exception_handler(UnsilencedError, _told)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)
    app.add_exception_handler(OSError, _database)  # as when nobody listens at its address
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(BodyLimit)


def problem(
    kind: str,
    status: int,
    title: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
    **more: object,
) -> Response:
    """Return the answer that tells what went wrong."""
    body: dict[str, object] = {"type": TYPE + kind, "title": title, "status": status, "detail": detail, **more}
    if errors:
        body["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in errors]
    return Response(
        json.dumps(body, ensure_ascii=False).encode(), status, headers, media_type="application/problem+json"
    )


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UnsilencedError)  # noqa: S101 - registered for it
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if error.status == 401:  # noqa: PLR2004 - RFC 9110 asks for the header with this one
        headers["WWW-Authenticate"] = "Bearer"
    more = {"reason": error.reason} if isinstance(error, Closed) else {}
    return problem(error.kind, error.status, error.title, error.detail, errors=error.errors, headers=headers, **more)


async def _unreadable(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    found = error.errors()[:MOST_ERRORS]
    slips = sum(each["type"] == "extra_forbidden" for each in found) <= MOST_SLIPS
    errors = [FieldError(_pointer(_where(each, name_slips=slips)), sentence(each)) for each in found]
    title, detail = "Something in the request needs mending", "Each field is listed under `errors`."
    return problem("invalid", 422, title, detail, errors=errors)


def _where(error: Mapping[str, Any], *, name_slips: bool) -> Sequence[str | int]:
    location: Sequence[str | int] = error["loc"]
    return location[:-1] if error["type"] == "extra_forbidden" and not name_slips else location


def _pointer(location: Sequence[str | int]) -> str:
    """Return a JSON Pointer, as far as its steps are names like ours: others are somebody's input."""
    where, *path = location
    if where == "body":
        if len(path) == 1 and isinstance(path[0], int):  # where JSON could not be read: a character, not a field
            return ""
        return "".join(f"/{step}" for step in takewhile(NAME.fullmatch, map(str, path)))
    return f"?{path[0]}" if where == "query" and path else str(path[0] if path else where)


async def _by_status(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    kind, title = STATUS_TITLES.get(error.status_code, ("error", "Something went wrong"))
    return problem(kind, error.status_code, title, f"{title}.", headers=dict(error.headers or {}))


async def _database(_request: Request, error: Exception) -> Response:
    logger.warning("the database refused: %s", type(getattr(error, "orig", error)).__name__)
    busy = Busy("The database does not answer at the moment. Nothing was changed.")
    return await _told(_request, busy)


async def _unexpected(_request: Request, _error: Exception) -> Response:
    return problem("error", 500, "Something went wrong", "This is our fault, and nothing was changed.")


class BodyLimit:
    """Refuses bodies that are too large, by their announced length or while they come in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        largest = _largest(scope)
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit() or int(announced[:12]) > largest:
            await _too_large(largest)(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:
                raise HTTPException(413)
            return message

        await self.app(scope, limited, send)


def _largest(scope: Scope) -> int:
    if scope["path"].startswith(FILES) and scope["method"] == "POST":
        return LARGEST_FILE
    return LARGER_BODIES.get(scope["path"], LARGEST_BODY)


def _too_large(largest: int) -> Response:
    kind, title = STATUS_TITLES[413]
    detail = f"The body is over {largest // 1024} KiB."
    return problem(kind, 413, title, detail, headers={"Connection": "close"})
