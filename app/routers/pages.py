"""The pages behind the link in a supporter's mail. They work without JavaScript, and GET changes nothing."""

import tomllib
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import PROJECT
from app.dependencies import DatabaseDep, KeysDep, ReaderDep, TokenPath
from app.errors import UnsilencedError
from app.services import confirmation
from app.services.sealing import Keys

FOLDER = PROJECT / "templates" / "pages"
FALLBACK = "en"
GUARDED = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_environment = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True)


@router.get("/confirm/{token}")
async def ask(token: TokenPath, session: ReaderDep, keys: KeysDep) -> HTMLResponse:
    """Show what would be sent, and a button. Mail scanners follow links, so looking changes nothing."""
    try:
        return await _confirmation_page(session, keys, token)
    except UnsilencedError as error:
        return _problem_page(error)


@router.post("/confirm/{token}")
async def confirm(token: TokenPath, database: DatabaseDep, keys: KeysDep) -> HTMLResponse:
    """Do what POST /api/v1/confirmations/{token} does, and show where the letters stand."""
    try:
        await confirmation.confirm(database, keys, token)
        async with database.reading() as session:
            return await _confirmation_page(session, keys, token)
    except UnsilencedError as error:
        return _problem_page(error)


async def _confirmation_page(session: AsyncSession, keys: Keys, token: str) -> HTMLResponse:
    submission, brief, answer = await confirmation.look(session, keys, token)
    language = submission.language if submission.language in _strings() else FALLBACK
    return _page(
        "confirm.html",
        language,
        t=_strings()[language],
        campaign=brief.title_in(language),
        letters=answer.letters,
        action=f"/confirm/{token}",
        state=answer.status.value,
        receipt_url=f"/api/v1/receipts/{token}",
    )


def _problem_page(error: UnsilencedError) -> HTMLResponse:
    return _page("problem.html", FALLBACK, error.status, title=error.title, detail=error.detail)


def _page(template: str, language: str, status: int = 200, **values: object) -> HTMLResponse:
    html = _environment.get_template(template).render(language=language, **values)
    return HTMLResponse(html, status, headers=GUARDED)


@cache
def _strings() -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")}
