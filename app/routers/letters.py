"""Handing letters in: preview, submission, confirmation."""

from fastapi import APIRouter, status

from app.bodies import StrictRoute
from app.dependencies import (
    ANYONE,
    CampaignDep,
    DatabaseDep,
    IdempotencyKey,
    IntakeDep,
    KeysDep,
    ReaderDep,
    SlugPath,
    TokenPath,
)
from app.models.letter import Preview
from app.models.submission import SubmissionCreate, SubmissionPublic
from app.services import confirmation, letters

router = APIRouter(tags=["letters"], route_class=StrictRoute, dependencies=[ANYONE])


@router.post("/campaigns/{slug}/letters/preview")
async def preview_letters(campaign: CampaignDep, body: SubmissionCreate, session: ReaderDep, keys: KeysDep) -> Preview:
    """Show the letters exactly as they would go out. Stores nothing."""
    return await letters.preview(session, keys, campaign, body)


@router.post("/campaigns/{slug}/letters", status_code=status.HTTP_202_ACCEPTED)
async def hand_in_letters(
    slug: SlugPath, body: SubmissionCreate, intake: IntakeDep, idempotency_key: IdempotencyKey = None
) -> SubmissionPublic:
    """Hand letters in. Nothing leaves before the supporter presses the button behind the link in their mail.

    The answer is the same whether or not this address has written before. Send an `Idempotency-Key`, so that a
    repeated request counts once: the same key and body get the same answer, another body 422, one still under way 409.
    """
    return await intake.submit(slug, body, key=idempotency_key)


@router.post("/confirmations/{token}")
async def confirm_letters(token: TokenPath, database: DatabaseDep, keys: KeysDep) -> SubmissionPublic:
    """Send the letters on their way. Again: the same answer, and nothing is sent twice.

    What this person wrote before, to the same office, is `cancelled` with the reason `duplicate`.
    """
    return await confirmation.confirm(database, keys, token)
