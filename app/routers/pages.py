"""The pages behind the link in a supporter's mail. They work without JavaScript, and GET changes nothing."""

import tomllib
from functools import cache
from typing import Any

from fastapi import APIRouter, status
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import PROJECT
from app.dependencies import ANYONE, ConfirmationsDep, IdPath, KeysDep, ReaderDep, SessionDep, TokenPath
from app.models.letter import Stage
from app.services import receipts
from app.services.handing_in import decisions
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


router = APIRouter(prefix="/confirm/{token}", include_in_schema=False, dependencies=[ANYONE])

_environment = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True)


@router.get("")
async def show(token: TokenPath, session: ReaderDep, keys: KeysDep) -> HTMLResponse:
    """Show what would be sent, and a button. Mail scanners follow links, so looking changes nothing."""
    return await _own_page(session, keys, token)


@router.post("")
async def confirm(token: TokenPath, confirmations: ConfirmationsDep) -> Response:
    """Do what POST /api/v1/confirmations/{token} does."""
    await confirmations.confirm(token)
    return _back(token)


@router.post("/cancel")
async def cancel(token: TokenPath, session: SessionDep, keys: KeysDep) -> Response:
    """Stop what has not left."""
    await receipts.cancel(session, keys, token)
    return _back(token)


@router.post("/letters/{letter_id}/posted")
async def mark_posted(token: TokenPath, letter_id: IdPath, session: SessionDep, keys: KeysDep) -> Response:
    """Take down that a letter was posted, or a form handed in."""
    await receipts.mark_done(session, keys, token, letter_id)
    return _back(token)


@router.post("/letters/{letter_id}/undo")
async def undo_posted(token: TokenPath, letter_id: IdPath, session: SessionDep, keys: KeysDep) -> Response:
    """Take that back."""
    await receipts.undo(session, keys, token, letter_id)
    return _back(token)


@router.post("/erase")
async def erase(token: TokenPath, session: SessionDep, keys: KeysDep) -> HTMLResponse:
    """Forget who the supporter is."""
    submission = await receipts.behind(session, keys, token)
    strings, language = strings_of(submission.language)
    await receipts.erase(session, keys, token)
    return page("problem.html", language, title=strings["erased"], detail=strings["erased_detail"])


async def _own_page(session: AsyncSession, keys: Keys, token: str) -> HTMLResponse:
    submission, brief, answer = await receipts.look(session, keys, token)
    if submission.confirmed_at is None and not any(letter.stage is Stage.UNCONFIRMED for letter in answer.letters):
        raise decisions.stopped()
    strings, language = strings_of(submission.language)
    return page(
        "confirm.html",
        language,
        t=strings,
        campaign=await receipts.title(session, brief, language=language),
        letters=answer.letters,
        action=f"/confirm/{token}",
        state=answer.status.value,
        paper=f"/api/v1/receipts/{token}/letters",
        can_cancel=any(letter.stage in receipts.CAN_STOP for letter in answer.letters),
    )


def _back(token: str) -> RedirectResponse:
    return RedirectResponse(f"/confirm/{token}", status.HTTP_303_SEE_OTHER, headers=GUARDED)


def page(template: str, language: str, status: int = 200, **values: object) -> HTMLResponse:
    html = _environment.get_template(template).render(language=language, **values)
    return HTMLResponse(html, status, headers=GUARDED)


def speaks(language: str) -> bool:
    return language in _strings()


def strings_of(language: str) -> tuple[dict[str, Any], str]:
    found = language if speaks(language) else FALLBACK
    return _strings()[found], found


@cache
def _strings() -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml")}
