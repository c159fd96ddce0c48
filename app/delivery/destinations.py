"""How many letters a mail domain takes at once: more while all goes well, half as many after a "not now"."""

from collections import Counter
from collections.abc import Collection, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.delivery import pacing
from app.delivery.settlement import AttemptOutcome, Settlement
from app.models.pace import Destination
from app.rows.writing import insert_if_new

NOT_NOW = frozenset({AttemptOutcome.DEFERRED, AttemptOutcome.UNCERTAIN})


async def concurrency(session: AsyncSession, domains: Collection[str]) -> dict[str, float]:
    """Return how many letters may be in hand for each domain, over all workers."""
    known = await session.exec(select(Destination).where(col(Destination.domain).in_(domains)))
    return dict.fromkeys(domains, pacing.FIRST_CONCURRENCY) | {each.domain: each.concurrency for each in known}


async def adjust(session: AsyncSession, settlements: Sequence[Settlement]) -> None:
    """Learn from how the attempts ended. Writes only where something changes, in the order of the domains."""
    sent = Counter(each.domain for each in settlements if each.domain and each.outcome is AttemptOutcome.SENT)
    deferred = Counter(each.domain for each in settlements if each.domain and each.outcome in NOT_NOW)
    if not (domains := sorted(sent.keys() | deferred.keys())):
        return
    for domain, before in (await concurrency(session, domains)).items():
        next_ = pacing.adjusted(before, sent=sent[domain], deferred=deferred[domain])
        if next_ == before:
            continue
        await insert_if_new(session, Destination, {"domain": domain, "concurrency": before})
        row = await session.get_one(Destination, domain, with_for_update=True, populate_existing=True)
        row.concurrency = pacing.adjusted(row.concurrency, sent=sent[domain], deferred=deferred[domain])
        await session.flush()
