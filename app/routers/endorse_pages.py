"""The page behind the link in an endorser's mail: what is to be signed, a form, a button. GET changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ValidationError
from pydantic import Field as Parameter

from app.dependencies import ANYONE, KeysDep, LinkPath, ReaderDep, SessionDep
from app.models.endorsement import EndorsementAsked, EndorsementSign
from app.models.text import in_language
from app.routers.account_pages import words
from app.routers.pages import FALLBACK, PageRoute, page
from app.services.endorsing import signing

router = APIRouter(prefix="/endorse/{token}", include_in_schema=False, route_class=PageRoute, dependencies=[ANYONE])


class Typed(BaseModel):
    """What was typed into the form; what was left empty stays as it was asked."""

    name: Annotated[str, Parameter(max_length=500)] = ""
    website: Annotated[str, Parameter(max_length=500)] = ""
    signatory: Annotated[str, Parameter(max_length=500)] = ""
    signatory_role: Annotated[str, Parameter(max_length=500)] = ""


@router.get("")
async def show(token: LinkPath, session: ReaderDep, keys: KeysDep) -> HTMLResponse:
    """Show what is asked. Mail scanners follow links, so looking changes nothing."""
    return _page(token, await signing.look(session, keys, token))


@router.post("")
async def sign(token: LinkPath, session: SessionDep, keys: KeysDep, typed: Annotated[Typed, Form()]) -> HTMLResponse:
    """Do what POST /api/v1/endorsements/{token}/sign does."""
    try:
        body = EndorsementSign.model_validate(
            {field: text.strip() for field, text in typed.model_dump().items() if text.strip()}
        )
    except ValidationError as error:
        return _page(token, await signing.look(session, keys, token), wrong=words(error))
    return _page(token, await signing.sign(session, keys, token, body))


@router.post("/withdraw")
async def withdraw(token: LinkPath, session: SessionDep, keys: KeysDep) -> HTMLResponse:
    """Do what POST /api/v1/endorsements/{token}/withdraw does."""
    return _page(token, await signing.withdraw(session, keys, token))


def _page(token: str, asked: EndorsementAsked, *, wrong: str = "") -> HTMLResponse:
    languages = list(asked.demands)
    language = languages[0] if languages else FALLBACK
    return page(
        "endorse.html",
        FALLBACK,
        422 if wrong else 200,
        asked=asked,
        title=in_language(asked.title, language),
        summary=in_language(asked.summary, language),
        demands=asked.demands.get(language, []),
        action=f"/endorse/{token}",
        wrong=wrong,
    )
