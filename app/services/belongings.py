"""What hangs on campaigns: organisations that signed, updates, and what goes away with a draft."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.account_link import AccountLink
from app.models.campaign import Campaign
from app.models.delivery import Delivery, Enclosure
from app.models.endorsement import Endorsement, EndorsementStatus
from app.models.news import News, NewsKind, NewsPublic
from app.models.preview_link import PreviewLink
from app.models.review import Approval
from app.models.submission import Submission
from app.rows.asking import rows


async def signatures(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many organisations have signed each campaign."""
    confirmed = col(Endorsement.status) == EndorsementStatus.CONFIRMED, col(Endorsement.campaign_id).in_(ids)
    counted = sa.select(col(Endorsement.campaign_id), sa.func.count()).where(*confirmed)
    return {id_: n for id_, n in await rows(session, counted.group_by(col(Endorsement.campaign_id)))}  # noqa: C416 - rows to a dict


async def latest_updates(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, NewsPublic]:
    """Return the newest update of each campaign that has one."""
    order = sa.func.row_number().over(partition_by=col(News.campaign_id), order_by=col(News.id).desc())
    updates = sa.select(col(News.id), order.label("place")).where(
        col(News.campaign_id).in_(ids), col(News.kind) == NewsKind.UPDATE
    )
    numbered = updates.subquery()
    newest = sa.select(numbered.c.id).where(numbered.c.place == 1)
    found = await session.exec(select(News).where(col(News.id).in_(newest)))
    return {news.campaign_id: NewsPublic.model_validate(news.model_dump()) for news in found}


async def delete(session: AsyncSession, draft: Campaign) -> None:
    """Take preview links, approvals, and invitations to sign away with a draft: their links lead nowhere then."""
    await _delete_tests(session, draft)
    asked = sa.select(col(Endorsement.id)).where(col(Endorsement.campaign_id) == draft.id)
    await session.exec(sa.delete(AccountLink).where(col(AccountLink.endorsement_id).in_(asked)))
    for table in (PreviewLink, Approval, Endorsement):
        await session.exec(sa.delete(table).where(col(table.campaign_id) == draft.id))


async def _delete_tests(session: AsyncSession, draft: Campaign) -> None:
    """Take away what was tried out: a draft has no other letters."""
    tests = sa.select(col(Submission.id)).where(col(Submission.campaign_id) == draft.id)
    for table in (Delivery, Enclosure):
        await session.exec(sa.delete(table).where(col(table.submission_id).in_(tests)))
    await session.exec(sa.delete(Submission).where(col(Submission.campaign_id) == draft.id))
