"""What goes wrong where people read is told on a page, in their language; programs get the problem."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import cast

from fastapi import FastAPI, Request
from fastapi.responses import Response

PAGES = re.compile(r"/(?:confirm|unsubscribe|endorse|preview|account)/")
PAPERS = re.compile(r"/api/v1/receipts/[^/]+/letters/[^/]+\.(?:pdf|txt)")  # people come to them from a page
WORDS = {503: "busy", 500: "fault", **dict.fromkeys((400, 404, 405, 413, 422), "astray")}  # others tell their reason
KEPT = ("Retry-After", "Allow")
MOST_LANGUAGES = 20
ACCEPTED = re.compile(
    r"\s*([a-z]{2,3})(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII | re.IGNORECASE
)

Teller = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Let all that the app answers to errors be told on a page, where people read."""
    for error, tell in app.exception_handlers.items():
        app.exception_handlers[error] = _where_people_read(cast(Teller, tell))


def _where_people_read(tell: Teller) -> Teller:
    async def told(request: Request, error: Exception) -> Response:
        problem = await tell(request, error)
        return _page(request, problem) if _is_read_by_people(request) else problem

    return told


def _is_read_by_people(request: Request) -> bool:
    path: str = request.scope["path"]
    by_browser = "text/html" in request.headers.get("accept", "")
    return bool(PAGES.match(path) or (by_browser and PAPERS.fullmatch(path)))


def _page(request: Request, problem: Response) -> Response:
    from app.routers import pages  # noqa: PLC0415 - pages open late; this comes first

    status = problem.status_code
    if word := WORDS.get(status):
        asked = _languages(request)
        strings, language = pages.strings_of(next((each for each in asked if pages.speaks(each)), pages.FALLBACK))
        title, detail = strings["refusal"][word], strings["refusal"][f"{word}_detail"]
    else:
        told, language = json.loads(bytes(problem.body)), pages.FALLBACK
        title, detail = told["title"], told["detail"]
    answer = pages.page("problem.html", language, status, title=title, detail=detail)
    answer.headers.update({name: problem.headers[name] for name in KEPT if name in problem.headers})
    return answer


def _languages(request: Request) -> list[str]:
    """Return the language of the page that was left, and then the browser's."""
    return [request.query_params.get("language", ""), *_accepted(request.headers.get("accept-language", ""))]


def _accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language, the dearest first."""
    found = [ACCEPTED.fullmatch(each) for each in header.split(",")[:MOST_LANGUAGES]]
    weighed = [(float(each[2] or 1), each[1].lower()) for each in found if each]
    return [language for weight, language in sorted(weighed, key=lambda each: -each[0]) if weight > 0]
