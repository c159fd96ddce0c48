"""Questions whose answers tell an operator whether all is well."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.account import Account
from app.models.delivery import Delivery
from app.models.submission import Submission
from app.rows.asking import rows
from app.services.sealing import Keys


async def secret_opens(session: AsyncSession, keys: Keys) -> bool | None:
    """Tell whether this secret opens the newest submission, or else account; None where nothing is sealed."""
    newest = sa.select(col(Submission.id), col(Submission.sealed)).where(col(Submission.sealed).is_not(None))
    found = await rows(session, newest.order_by(col(Submission.id).desc()).limit(1))
    accounts = sa.select(col(Account.organiser_id), col(Account.sealed_email))
    found = found or await rows(session, accounts.order_by(col(Account.organiser_id).desc()).limit(1))
    for about, sealed in found:
        try:
            keys.open(sealed, about=about)
        except ValueError:
            return False
        return True
    return None


async def oldest_notice(session: AsyncSession, *, at: datetime) -> timedelta:
    """Return for how long the oldest notice to a supporter has been due: letters may wait for their office's pace."""
    due = sa.select(sa.func.min(col(Delivery.due_at))).where(
        col(Delivery.notice).is_not(None), col(Delivery.due_at).is_not(None)
    )
    ((first,),) = await rows(session, due)
    return max(at - first, timedelta(0)) if first else timedelta(0)
