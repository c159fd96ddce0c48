"""Letters as organisers see them one by one: listed, released, cancelled, tried again."""

import uuid

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, NotFound
from app.models.campaign import Campaign
from app.models.delivery import Delivery
from app.models.letter import NEXT, Letter, Reason, Stage
from app.models.organisation import Organiser
from app.models.queue import LetterDetail, LetterForOrganisers, LetterQuery
from app.models.submission import Submission
from app.pagination import Page
from app.rows.asking import among, rows
from app.services import briefs, gates, situations, submissions
from app.services.queueing import in_order, queue
from app.services.sealing import Keys
from app.services.team import audit


async def own(session: AsyncSession, organiser: Organiser, letter_id: uuid.UUID) -> Letter:
    """Return a letter of a campaign of the organiser's organisation."""
    of_ours = col(Campaign.organisation_id) == organiser.organisation_id
    which = select(Letter).join(Campaign, col(Campaign.id) == col(Letter.campaign_id))
    letter = (await session.exec(which.where(Letter.id == letter_id, of_ours))).first()
    if letter is None:
        raise no_letter()
    return letter


def no_letter() -> NotFound:
    return NotFound("There is no letter at this address.")


async def listed(
    session: AsyncSession, keys: Keys, organiser: Organiser, query: LetterQuery
) -> Page[LetterForOrganisers]:
    """Return letters of the organiser's organisation, newest first."""
    ids = await in_order.newest(session, organiser.organisation_id, query)
    found = await _read(session, keys, organiser.organisation_id, among(session, col(Letter.id), ids))
    shown, next_cursor = query.cut(found)
    return Page(items=list(shown), next_cursor=next_cursor)


async def read(session: AsyncSession, keys: Keys, organiser: Organiser, letter_id: uuid.UUID) -> LetterDetail:
    """Return one letter as it stands now, with the office's answer where the campaign keeps it."""
    found = await _read(session, keys, organiser.organisation_id, col(Letter.id) == letter_id)
    if not found:
        raise no_letter()
    sealed = (await rows(session, sa.select(col(Letter.sealed_answer)).where(col(Letter.id) == letter_id)))[0][0]
    answer = keys.open(sealed, about=letter_id).decode() if sealed else None
    return LetterDetail(**found[0].model_dump(), answer_text=answer)


async def release(session: AsyncSession, letter: Letter) -> None:
    """Let a held letter go on, if its gates are open."""
    campaign = (await situations.held(session, [letter.campaign_id], wait=True))[letter.campaign_id]
    _require(letter, Stage.HELD, "held")
    await gates.ask(session, campaign, await briefs.load(session, letter.brief_id), letter)
    await queue.release(session, col(Letter.id) == letter.id)
    await _note(session, letter)


async def cancel(session: AsyncSession, letter: Letter) -> None:
    """Stop a letter that has not left."""
    if Stage.CANCELLED not in NEXT[letter.stage]:
        raise Conflict(f"The letter is {letter.stage.value}: it cannot be stopped any more.")
    can = [stage for stage, following in NEXT.items() if Stage.CANCELLED in following]
    which = col(Letter.id) == letter.id
    await queue.stop(session, which, stages_in=can, to=Stage.CANCELLED, reason=Reason.BY_ORGANISER)
    await _note(session, letter)


async def retry(session: AsyncSession, letter: Letter) -> None:
    """Have a failed letter tried again, if its gates are open."""
    campaign = (await situations.held(session, [letter.campaign_id], wait=True))[letter.campaign_id]
    _require(letter, Stage.FAILED, "failed")
    await gates.ask(session, campaign, await briefs.load(session, letter.brief_id), letter)
    await queue.retry(session, col(Letter.id) == letter.id)
    await _note(session, letter)


async def _note(session: AsyncSession, letter: Letter) -> None:
    """Write down, with the campaign, from which stage to which the letter has come."""
    before = letter.stage
    await session.refresh(letter, ["stage"])
    campaign = await session.get_one(Campaign, letter.campaign_id)
    audit.note(session, campaign, {f"letter {letter.id}": (before, letter.stage)})


def _require(letter: Letter, stage: Stage, word: str) -> None:
    if letter.stage is not stage:
        raise Conflict(f"The letter is {letter.stage.value}, not {word}.")


async def _read(
    session: AsyncSession, keys: Keys, organisation_id: uuid.UUID, *which: sa.ColumnElement[bool]
) -> list[LetterForOrganisers]:
    statement = (
        select(Letter, col(Campaign.slug), Delivery, Submission)
        .join(Campaign, col(Campaign.id) == col(Letter.campaign_id))
        .join(Submission, col(Submission.id) == col(Letter.submission_id))
        .outerjoin(Delivery, col(Delivery.letter_id) == col(Letter.id))
        .where(col(Campaign.organisation_id) == organisation_id, *which)
    )
    newest_first = statement.order_by(col(Letter.id).desc())
    found = await session.exec(newest_first, execution_options={"populate_existing": True})
    return [await _show(session, keys, *row) for row in found]


async def _show(
    session: AsyncSession, keys: Keys, letter: Letter, slug: str, delivery: Delivery | None, submission: Submission
) -> LetterForOrganisers:
    office = (await briefs.load(session, letter.brief_id)).office(letter.office_id)
    return LetterForOrganisers(
        **letter.model_dump(include=set(LetterForOrganisers.model_fields) & set(Letter.model_fields)),
        campaign=slug,
        office=next(iter(office.title.values())) if office else "",
        due_at=delivery.due_at if delivery else None,
        attempts=delivery.attempts if delivery else 0,
        uncertain=delivery.uncertain if delivery else False,
        server_words=(letter.server_reply or (delivery.last_reply if delivery else None)),
        own_words=_own_words(keys, letter, submission),
    )


def _own_words(keys: Keys, letter: Letter, submission: Submission) -> str | None:
    if letter.stage is not Stage.HELD or submission.sealed is None:
        return None
    _, own = submissions.unseal(keys, submission.id, submission.sealed)
    return own.text or own.paragraph
