"""The page behind the link in an organiser's mail: to join, or to choose a new password. GET changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from app.dependencies import ANYONE, DatabaseDep, KeysDep, LinkPath, PasswordsDep
from app.models.account import Joining, ResetPassword
from app.models.account_link import Purpose
from app.routers.pages import FALLBACK, page
from app.services.team import account_links

TITLES = {Purpose.JOIN: "Join, with a password of your own", Purpose.RESET: "Choose a new password"}
DONE = {
    Purpose.JOIN: ("Welcome", "You have joined. Sign in with your address and your password."),
    Purpose.RESET: ("It is changed", "You are signed out everywhere. Sign in with your new password."),
}

router = APIRouter(prefix="/account/{token}", include_in_schema=False, dependencies=[ANYONE])


@router.get("")
async def show(token: LinkPath, database: DatabaseDep, keys: KeysDep) -> HTMLResponse:
    """Show a form. Mail scanners follow links, so looking changes nothing."""
    return _form(token, await account_links.look(database, keys, token))


@router.post("")
async def use(
    token: LinkPath,
    database: DatabaseDep,
    keys: KeysDep,
    passwords: PasswordsDep,
    name: Annotated[str, Form(max_length=500)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
) -> HTMLResponse:
    """Do what the link is for."""
    purpose = await account_links.look(database, keys, token)
    try:
        if purpose is Purpose.JOIN:
            await account_links.join(database, keys, passwords, token, Joining(name=name, password=password))
        else:
            await account_links.reset(database, keys, passwords, token, ResetPassword(password=password))
    except ValidationError as error:
        return _form(token, purpose, wrong=words(error))
    title, detail = DONE[purpose]
    return page("problem.html", FALLBACK, title=title, detail=detail)


def _form(token: str, purpose: Purpose, *, wrong: str = "") -> HTMLResponse:
    title = TITLES[purpose]
    return page(
        "account.html",
        FALLBACK,
        422 if wrong else 200,
        title=title,
        action=f"/account/{token}",
        joining=purpose is Purpose.JOIN,
        wrong=wrong,
    )


def words(error: ValidationError) -> str:
    """Return what is wrong, without what was typed."""
    told = [f"{str(each['loc'][0]).title()}: {each['msg'].removeprefix('Value error, ')}" for each in error.errors()]
    return " ".join(f"{each.rstrip('.')}." for each in told)
