"""Organisers' hand on letters: the queue, moderation, and letters to try out."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.bodies import StrictRoute
from app.dependencies import (
    EditorDep,
    IdPath,
    KeysDep,
    OwnCampaignDep,
    OwnLetterDep,
    ReaderDep,
    SessionDep,
    WatchedCampaignDep,
)
from app.models.queue import (
    CancelRest,
    Changed,
    LetterDetail,
    LetterForOrganisers,
    LetterQuery,
    QueueState,
    TestLetters,
)
from app.models.submission import SubmissionCreate
from app.pagination import Page
from app.services.organising import trying
from app.services.queueing import moderation, queue_state

router = APIRouter(tags=["queue"], route_class=StrictRoute)


@router.get("/letters")
async def list_letters(
    organiser: EditorDep, session: ReaderDep, keys: KeysDep, query: Annotated[LetterQuery, Query()]
) -> Page[LetterForOrganisers]:
    """List your campaigns' letters, newest first. Nobody's name: of supporters only the own words of held letters."""
    return await moderation.listed(session, keys, organiser, query)


@router.get("/letters/{letter_id}")
async def read_letter(letter_id: IdPath, organiser: EditorDep, session: ReaderDep, keys: KeysDep) -> LetterDetail:
    """Show one letter, with the office's answer where the campaign keeps it."""
    return await moderation.read(session, keys, organiser, letter_id)


@router.post("/letters/{letter_id}/release")
async def release_letter(
    letter: OwnLetterDep, organiser: EditorDep, session: SessionDep, keys: KeysDep
) -> LetterDetail:
    """Let a held letter go on, if nothing else stands against it."""
    await moderation.release(session, letter)
    return await moderation.read(session, keys, organiser, letter.id)


@router.post("/letters/{letter_id}/cancel")
async def cancel_letter(letter: OwnLetterDep, organiser: EditorDep, session: SessionDep, keys: KeysDep) -> LetterDetail:
    """Stop a letter that has not left."""
    await moderation.cancel(session, letter)
    return await moderation.read(session, keys, organiser, letter.id)


@router.post("/letters/{letter_id}/retry")
async def retry_letter(letter: OwnLetterDep, organiser: EditorDep, session: SessionDep, keys: KeysDep) -> LetterDetail:
    """Have a failed letter tried again from the beginning."""
    await moderation.retry(session, letter)
    return await moderation.read(session, keys, organiser, letter.id)


@router.get("/campaigns/{slug}/queue")
async def read_queue(campaign: WatchedCampaignDep, session: ReaderDep) -> QueueState:
    """Show what waits, what is due, what is held and why, and what mail servers say."""
    return await queue_state.read(session, campaign)


@router.post("/campaigns/{slug}/queue/retry")
async def retry_failed(campaign: OwnCampaignDep, session: SessionDep) -> Changed:
    """Have all letters that have failed tried again."""
    return await queue_state.retry_failed(session, campaign)


@router.post("/campaigns/{slug}/queue/cancel")
async def cancel_rest(campaign: OwnCampaignDep, body: CancelRest, session: SessionDep) -> Changed:
    """Cancel all letters to one office that have not left: it has agreed. Take it out and publish again, too."""
    return await queue_state.cancel_rest(session, campaign, body.office_id)


@router.post("/campaigns/{slug}/test-letters")
async def send_test_letters(
    campaign: OwnCampaignDep,
    body: SubmissionCreate,
    session: SessionDep,
    keys: KeysDep,
    dry_run: Annotated[bool, Query(description="Only show what would leave for this supporter.")] = False,  # noqa: FBT002 - a query parameter
) -> TestLetters:
    """Send the letters of this supporter to the supporter's own address, with a mark. They are never counted.

    Of a draft, the letters are those that publishing would make; 422 lists what is missing.
    """
    return await trying.letters_for(session, keys, campaign, body, dry_run=dry_run)
