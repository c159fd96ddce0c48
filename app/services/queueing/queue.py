"""An organiser's hand on what waits to leave: stopped or released, with its deliveries."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import Letter, Reason, Stage
from app.models.office import Channel
from app.rows.asking import rows
from app.services.counting import stages


async def stop(
    session: AsyncSession, *which: sa.ColumnElement[bool], stages_in: Sequence[Stage], to: Stage, reason: Reason
) -> int:
    """Move waiting letters to held or cancelled; their deliveries are due no more. Return how many.

    What a worker has in hand may still leave; what comes back to it is stopped then.
    """
    of_these = sa.select(col(Letter.id)).where(*which, col(Letter.stage).in_(stages_in))
    await _lock_deliveries(session, of_these)
    letters = await stages.lock(session, *which, col(Letter.stage).in_(stages_in))
    await _set(session, letters, due_at=None)
    await stages.move(session, letters, to, at=now(), reason=reason)
    await stages.leave_word(session, *which, reason=reason)
    return len(letters)


async def release(session: AsyncSession, *which: sa.ColumnElement[bool]) -> None:
    """Let held letters go on: e-mail is queued and due now, with all its attempts again; the rest is ready."""
    await stages.leave_word(session, *which, reason=None)  # first: else what comes back meanwhile would stay held
    of_these = sa.select(col(Letter.id)).where(*which, col(Letter.stage) == Stage.HELD)
    await _lock_deliveries(session, of_these)
    letters = await stages.lock(session, *which, col(Letter.stage) == Stage.HELD)
    by_email = [letter for letter in letters if letter.channel is Channel.EMAIL]
    await _set(session, by_email, due_at=now(), lease=None, attempts=0, crashes=0)
    await stages.move(session, by_email, Stage.QUEUED, at=now())
    await stages.move(
        session, [letter for letter in letters if letter.channel is not Channel.EMAIL], Stage.READY, at=now()
    )


async def retry(session: AsyncSession, *which: sa.ColumnElement[bool]) -> int:
    """Have failed letters tried again from the beginning; return how many. Not those of the forgotten."""
    failed = *which, col(Letter.stage) == Stage.FAILED, col(Letter.digest).is_not(None)
    await _lock_deliveries(session, sa.select(col(Letter.id)).where(*failed))
    letters = await stages.lock(session, *failed)
    await _set(session, letters, due_at=now(), lease=None, attempts=0, crashes=0)
    await stages.move(session, letters, Stage.QUEUED, at=now())
    return len(letters)


async def _lock_deliveries(session: AsyncSession, letter_ids: sa.Select[uuid.UUID]) -> None:
    """Deliveries are locked before letters, here as everywhere, so that nobody waits in a circle."""
    deliveries = sa.select(col(Delivery.id)).where(col(Delivery.letter_id).in_(letter_ids))
    await rows(session, deliveries.order_by(col(Delivery.id)).with_for_update())


async def _set(session: AsyncSession, letters: Sequence[stages.Standing], **values: object) -> None:
    for start in range(0, len(letters), stages.AT_ONCE):
        ids = [letter.id for letter in letters[start : start + stages.AT_ONCE]]
        changed = sa.update(Delivery).where(col(Delivery.letter_id).in_(ids)).values(values)
        await session.exec(changed.execution_options(synchronize_session=False))
