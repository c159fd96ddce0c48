"""The page behind the link that ends a campaign's mails. Mail programs press its button too (RFC 8058)."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.dependencies import ANYONE, KeysDep, ReaderDep, SessionDep, TokenPath
from app.routers.pages import page, strings_of
from app.services.telling import subscriptions

router = APIRouter(prefix="/unsubscribe/{token}", include_in_schema=False, dependencies=[ANYONE])


@router.get("")
async def ask(token: TokenPath, session: ReaderDep, keys: KeysDep) -> HTMLResponse:
    """Show a button. Mail scanners follow links, so looking changes nothing."""
    submission = await subscriptions.find(session, keys, token)
    title = await subscriptions.title(session, submission)
    strings, language = strings_of(submission.language)
    return page("unsubscribe.html", language, t=strings, campaign=title, action=f"/unsubscribe/{token}")


@router.post("")
async def end(token: TokenPath, session: SessionDep, keys: KeysDep) -> HTMLResponse:
    """Write to this supporter of this campaign no more."""
    submission = await subscriptions.end(session, keys, token)
    strings, language = strings_of(submission.language)
    return page("problem.html", language, title=strings["unsubscribed"], detail=strings["unsubscribed_detail"])
