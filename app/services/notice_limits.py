"""How many notices an address gets in a day because somebody typed it in: few, so that nobody can be bombed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.delivery import Notice, NoticeCount
from app.rows.asking import rows
from app.rows.writing import upsert_adding

MOST_A_DAY: Mapping[Notice, int] = {Notice.CONFIRM: 3, Notice.REMIND: 3, Notice.TEST: 50}


class _Notices(NamedTuple):
    digest: bytes
    day: date
    notices: int


async def count(session: AsyncSession, digests: Iterable[bytes], *, today: date) -> dict[bytes, int]:
    """Count one more notice for each of these addresses; return how many each got today, with these."""
    more = Counter(digests)
    values = [_Notices(digest, today, n) for digest, n in sorted(more.items())]
    await upsert_adding(session, NoticeCount, values, add="notices")
    found = sa.select(col(NoticeCount.digest), col(NoticeCount.notices))
    here = col(NoticeCount.day) == today, col(NoticeCount.digest).in_(list(more))
    return dict(await rows(session, found.where(*here)))


async def forget(session: AsyncSession, *, before: date) -> None:
    """Drop the counts of earlier days."""
    await session.exec(sa.delete(NoticeCount).where(col(NoticeCount.day) < before))
