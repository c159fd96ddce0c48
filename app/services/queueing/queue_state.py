"""A campaign's queue at a glance, and an organiser's hand on all of it."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import Conflict, invalid
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.delivery import Delivery
from app.models.letter import WAITING, Letter, Reason, Stage
from app.models.office import Office
from app.models.pace import Stream
from app.models.queue import Changed, QueueState, ServerWords
from app.rows.asking import database_now, rows
from app.services.numbers import stats
from app.services.queueing import queue
from app.services.team import audit

WORDS_SHOWN = 10
LISTENED_TO = 1_000  # newest letters of a stage


async def read(session: AsyncSession, campaign: Campaign) -> QueueState:
    """Return what waits, what is due, what is held and why, and what mail servers say."""
    due, failing, next_due_at = await _waiting(session, campaign)
    letters = await stats.by_stage(session, campaign.id)
    return QueueState(
        campaign=campaign.slug,
        status=campaign.status.value,
        as_of=now(),
        letters={"total": sum(letters.values()), **letters},
        due=due,
        failing=failing,
        next_due_at=next_due_at,
        held=await _held(session, campaign),
        words=await _words(session, campaign),
    )


async def cancel_rest(session: AsyncSession, campaign: Campaign, office_id: uuid.UUID) -> Changed:
    """Cancel everything to one office that has not left."""
    if await session.get(Office, office_id) is None:
        raise invalid("/office_id", "There is no office with this id.")
    to_office = col(Letter.campaign_id) == campaign.id, col(Letter.office_id) == office_id
    n = await queue.stop(session, *to_office, stages_in=WAITING, to=Stage.CANCELLED, reason=Reason.BY_ORGANISER)
    return _noted(session, campaign, f"letters to {office_id}", n, None, Stage.CANCELLED)


async def retry_failed(session: AsyncSession, campaign: Campaign) -> Changed:
    """Have everything that has failed tried again. The gates are asked before each attempt, as always."""
    if campaign.status is not CampaignStatus.ACTIVE:
        raise Conflict(f"The campaign is {campaign.status.value}: nothing leaves.")
    n = await queue.retry(session, col(Letter.campaign_id) == campaign.id)
    return _noted(session, campaign, "letters", n, Stage.FAILED, Stage.QUEUED)


def _noted(session: AsyncSession, campaign: Campaign, what: str, n: int, before: Stage | None, after: Stage) -> Changed:
    """Write down that so many letters of the campaign were moved, if any were."""
    if n:
        audit.note(session, campaign, {what: (before and f"{n} {before.value}", f"{n} {after.value}")})
    return Changed(letters=n)


async def _waiting(session: AsyncSession, campaign: Campaign) -> tuple[int, int, datetime | None]:
    is_due = sa.case((col(Delivery.due_at) <= database_now(), 1), else_=0)
    is_failing = sa.case((col(Delivery.attempts) > 0, 1), else_=0)
    counts = sa.func.sum(is_due), sa.func.sum(is_failing), sa.func.min(col(Delivery.due_at))
    stream = col(Delivery.office_id) == col(Stream.office_id), col(Delivery.campaign_id) == col(Stream.campaign_id)
    waiting = sa.select(*counts).where(
        col(Stream.campaign_id) == campaign.id,
        *stream,
        col(Delivery.due_at).is_not(None),
        col(Delivery.lease).is_(None),
    )
    ((due, failing, first),) = await rows(session, waiting)
    return int(due or 0), int(failing or 0), first


async def _held(session: AsyncSession, campaign: Campaign) -> dict[str, int]:
    held = col(Letter.campaign_id) == campaign.id, col(Letter.stage) == Stage.HELD
    counted = sa.select(col(Letter.reason), sa.func.count()).where(*held).group_by(col(Letter.reason))
    return {reason.value if reason else "": n for reason, n in await rows(session, counted)}


async def _words(session: AsyncSession, campaign: Campaign) -> list[ServerWords]:
    n = sa.func.count()
    newest = sa.union_all(*(_newest(campaign, stage) for stage in (Stage.QUEUED, Stage.FAILED))).subquery()
    said = sa.select(col(Delivery.last_reply), n).join_from(newest, Delivery, col(Delivery.letter_id) == newest.c.id)
    counted = said.where(col(Delivery.last_reply).is_not(None)).group_by(col(Delivery.last_reply))
    most_first = counted.order_by(n.desc(), col(Delivery.last_reply)).limit(WORDS_SHOWN)
    return [ServerWords(words=words, letters=letters) for words, letters in await rows(session, most_first)]


def _newest(campaign: Campaign, stage: Stage) -> sa.Select[uuid.UUID]:
    of_stage = sa.select(col(Letter.id)).where(col(Letter.campaign_id) == campaign.id, col(Letter.stage) == stage)
    newest = of_stage.order_by(col(Letter.id).desc()).limit(LISTENED_TO).subquery()
    return sa.select(newest.c.id)
