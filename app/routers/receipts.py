"""A supporter's own receipt: see, cancel, erase."""

from fastapi import APIRouter, status
from fastapi.responses import PlainTextResponse

from app.bodies import StrictRoute
from app.dependencies import ANYONE, NEVER_KEPT, IdPath, KeysDep, ReaderDep, SessionDep, TokenPath
from app.models.submission import Receipt
from app.routers import pdf
from app.services import receipts

router = APIRouter(
    prefix="/receipts/{token}", tags=["receipts"], route_class=StrictRoute, dependencies=[ANYONE, NEVER_KEPT]
)


@router.get("")
async def read_receipt(token: TokenPath, session: ReaderDep, keys: KeysDep) -> Receipt:
    """Show the supporter's letters, where they stand and what is in them."""
    return await receipts.read(session, keys, token)


@router.post("/cancel")
async def cancel_letters(token: TokenPath, session: SessionDep, keys: KeysDep) -> Receipt:
    """Stop every letter that has not left yet."""
    return await receipts.cancel(session, keys, token)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
async def erase_supporter(token: TokenPath, session: SessionDep, keys: KeysDep) -> None:
    """Forget who the supporter is. What has left stays counted; what has not is stopped. The link ends here."""
    await receipts.erase(session, keys, token)


@router.get("/letters/{letter_id}.txt", response_class=PlainTextResponse)
async def read_paper(token: TokenPath, letter_id: IdPath, session: ReaderDep, keys: KeysDep) -> str:
    """Return a letter as text to print and post, or to copy into the office's form."""
    return await receipts.paper(session, keys, token, letter_id)


@router.get("/letters/{letter_id}.pdf", response_class=pdf.Pdf)
async def read_pdf(token: TokenPath, letter_id: IdPath, session: ReaderDep, keys: KeysDep) -> pdf.Pdf:
    """Return a letter by post on one page, to print, sign and post: for the paper and the window of your country."""
    return pdf.shown(await receipts.pdf(session, keys, token, letter_id), name=f"letter-{letter_id}")


@router.post("/letters/{letter_id}/posted")
async def mark_posted(token: TokenPath, letter_id: IdPath, session: SessionDep, keys: KeysDep) -> Receipt:
    """Take down that the supporter posted the letter, or handed in the form."""
    return await receipts.mark_done(session, keys, token, letter_id)


@router.post("/letters/{letter_id}/undo")
async def undo_posted(token: TokenPath, letter_id: IdPath, session: SessionDep, keys: KeysDep) -> Receipt:
    """Take that back: the letter is ready again."""
    return await receipts.undo(session, keys, token, letter_id)
