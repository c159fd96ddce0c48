"""Handing letters in: preview, submission, confirmation."""

from fastapi import APIRouter, Request, Response, status

from app import quick
from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    LONGEST_KEY,
    SHORTEST_KEY,
    ConfirmationsDep,
    EnquiriesDep,
    IdempotencyKey,
    IntakeDep,
    SlugPath,
    TokenPath,
    known_form,
)
from app.models.offer import Preview
from app.models.submission import SubmissionCreate, SubmissionPublic

router = APIRouter(tags=["letters"], route_class=StrictRoute, dependencies=[ANYONE])


async def _preview(request: Request) -> Response | None:
    body = await quick.body(request, SubmissionCreate)
    if body is None:
        return None
    slug = known_form(request.path_params["slug"])
    return quick.answer(await preview_letters(slug, body, request.app.state.enquiries))


async def _hand_in(request: Request) -> Response | None:
    body = await quick.body(request, SubmissionCreate)
    key = request.headers.get("idempotency-key")
    if body is None or not (key is None or SHORTEST_KEY <= len(key) <= LONGEST_KEY):
        return None
    slug = known_form(request.path_params["slug"])
    return await hand_in_letters(slug, body, request.app.state.intake, key)


async def _confirm(request: Request) -> Response | None:
    return quick.answer(await confirm_letters(request.path_params["token"], request.app.state.confirmations))


@router.post("/campaigns/{slug}/letters/preview")
@quick.by(_preview)
async def preview_letters(slug: SlugPath, body: SubmissionCreate, enquiries: EnquiriesDep) -> Preview:
    """Show the letters exactly as they would go out. Stores nothing."""
    return await enquiries.preview(slug, body)


@router.post("/campaigns/{slug}/letters", status_code=status.HTTP_202_ACCEPTED, response_model=SubmissionPublic)
@quick.by(_hand_in)
async def hand_in_letters(
    slug: SlugPath, body: SubmissionCreate, intake: IntakeDep, idempotency_key: IdempotencyKey = None
) -> Response:
    """Hand letters in. Nothing leaves before the supporter presses the button behind the link in their mail.

    The answer is the same whether or not this address has written before. Send an `Idempotency-Key`, so that a
    repeated request counts once: the same key and body get the same answer, another body 422, one still under way 409.
    """
    taken = await intake.submit(slug, body, key=idempotency_key)
    return Response(taken, status.HTTP_202_ACCEPTED, media_type="application/json")


@router.post("/confirmations/{token}")
@quick.by(_confirm)
async def confirm_letters(token: TokenPath, confirmations: ConfirmationsDep) -> SubmissionPublic:
    """Send the letters on their way. Again: the same answer, and nothing is sent twice.

    What this person wrote before, to the same office, is `cancelled` with the reason `duplicate`.
    """
    return await confirmations.confirm(token)
