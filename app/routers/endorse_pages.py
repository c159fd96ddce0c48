"""The page behind the link in an endorser's mail: what is to be signed, a form, a button. GET changes nothing."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ValidationError
from pydantic import Field as Parameter

from app.dependencies import ANYONE, KeysDep, LinkPath, ReaderDep, SessionDep
from app.models.columns import now
from app.models.endorsement import EndorsementAsked, EndorsementSign, EndorsementStatus
from app.models.text import in_language
from app.routers.pages import page, strings_of
from app.services.endorsing import editions, signing

router = APIRouter(prefix="/endorse/{token}", include_in_schema=False, dependencies=[ANYONE])


class Typed(BaseModel):
    """What was typed into the form; what was left empty stays as it was asked."""

    name: Annotated[str, Parameter(max_length=500)] = ""
    website: Annotated[str, Parameter(max_length=500)] = ""
    signatory: Annotated[str, Parameter(max_length=500)] = ""
    signatory_role: Annotated[str, Parameter(max_length=500)] = ""
    edition: Annotated[str, Parameter(max_length=64)] = ""


OPEN = (EndorsementStatus.INVITED.value, EndorsementStatus.ASKED_AGAIN.value)
OVER = "over"
STATUS = {EndorsementStatus.CONFIRMED.value: 409}  # of a page that was used; others are gone


@router.get("")
async def show(token: LinkPath, session: ReaderDep, keys: KeysDep) -> HTMLResponse:
    """Show what is asked. Mail scanners follow links, so looking changes nothing."""
    return _page(token, await signing.look(session, keys, token))


@router.post("")
async def sign(token: LinkPath, session: SessionDep, keys: KeysDep, typed: Annotated[Typed, Form()]) -> HTMLResponse:
    """Do what POST /api/v1/endorsements/{token}/sign does."""
    asked = await signing.look(session, keys, token)
    if (state := _state(asked)) not in OPEN:
        return _page(token, asked, status=STATUS.get(state, 410))
    try:
        body = EndorsementSign.model_validate(
            {field: text.strip() for field, text in typed.model_dump().items() if text.strip()}
        )
    except ValidationError as error:
        return _page(token, asked, status=422, wrong=[str(each["loc"][0]) for each in error.errors()])
    return _page(token, await signing.sign(session, keys, token, body))


@router.post("/withdraw")
async def withdraw(token: LinkPath, session: SessionDep, keys: KeysDep) -> HTMLResponse:
    """Do what POST /api/v1/endorsements/{token}/withdraw does."""
    return _page(token, await signing.withdraw(session, keys, token))


def _page(token: str, asked: EndorsementAsked, *, status: int = 200, wrong: Sequence[str] = ()) -> HTMLResponse:
    strings, language = strings_of(asked.language)
    t = strings["endorse"]
    gone, new = editions.difference(asked.signed[-1] if asked.signed else {}, asked.demands, asked.language)
    return page(
        "endorse.html",
        language,
        status,
        t=t,
        asked=asked,
        state=_state(asked),
        title=in_language(asked.title, asked.language),
        summary=in_language(asked.summary, asked.language),
        demands=asked.demands.get(asked.language) or next(iter(asked.demands.values()), []),
        gone=gone,
        new=new,
        action=f"/endorse/{token}",
        wrong="; ".join(t.get(field, field) for field in wrong),
    )


def _state(asked: EndorsementAsked) -> str:
    """Return where it stands: as its status, or that nothing can be signed any more."""
    late = asked.status is EndorsementStatus.INVITED and asked.expires_at < now()
    return OVER if late or (asked.closed and asked.status.value in OPEN) else asked.status.value
