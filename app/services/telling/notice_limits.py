"""How many notices a mailbox gets in a day because somebody typed it in: few, so that nobody can be bombed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.delivery import Notice, NoticeCount
from app.models.submission import Submission
from app.rows.asking import rows
from app.rows.writing import upsert_adding
from app.services import submissions
from app.services.sealing import Keys

MOST_A_DAY: Mapping[Notice, int] = {Notice.CONFIRM: 3, Notice.REMIND: 3, Notice.TEST: 50}


class _Notices(NamedTuple):
    digest: bytes
    day: date
    notices: int


def mailbox(keys: Keys, submission: Submission) -> bytes:
    """Return what stands for a supporter's mailbox: to it comes whatever is written behind a plus sign of its name."""
    try:
        supporter, _ = submissions.unseal(keys, submission.id, submission.sealed or b"")
    except ValueError:  # sealed with another secret: nobody can write to them either
        return submission.digest or b""
    name, _, domain = supporter.email.rpartition("@")
    return keys.digest_of_email(f"{name.split('+')[0] or name}@{domain}")


async def count(session: AsyncSession, digests: Iterable[bytes], *, today: date) -> dict[bytes, int]:
    """Count one more notice for each of these mailboxes; return how many each got today, with these."""
    more = Counter(digests)
    values = [_Notices(digest, today, n) for digest, n in sorted(more.items())]
    await upsert_adding(session, NoticeCount, values, add="notices")
    found = sa.select(col(NoticeCount.digest), col(NoticeCount.notices))
    here = col(NoticeCount.day) == today, col(NoticeCount.digest).in_(list(more))
    return dict(await rows(session, found.where(*here)))


async def forget(session: AsyncSession, *, before: date) -> None:
    """Drop the counts of earlier days."""
    await session.exec(sa.delete(NoticeCount).where(col(NoticeCount.day) < before))
