"""What workers do, on a filled database. All of it is taken back, so that it can be done again."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import Settings
from app.database import Database
from app.delivery import claims, leaving, settling, turns
from app.delivery.claims import Claim, Lane
from app.delivery.settlement import AttemptOutcome, Settlement
from app.models.campaign import Campaign
from app.models.columns import now
from app.models.letter import Stage
from app.models.news import News, NewsKind
from app.models.osdi import OutreachPage
from app.services import scrub
from app.services.counting import recount
from app.services.queueing import in_order
from app.services.telling import announcing, reminders

TIMES = 5
AT_ONCE = 100  # deliveries of one claim
SETTINGS = Settings(_env_file=None, organisation_daily_limit=10_000_000)


@dataclass(frozen=True)
class Filled:
    """One of its campaigns."""

    campaign_id: uuid.UUID


async def filled(database: Database, slug: str) -> Filled:
    async with database.reading() as session:
        return Filled((await session.exec(select(Campaign.id).where(Campaign.slug == slug))).one())


class _Enough(Exception):
    """What was done has been measured."""


@asynccontextmanager
async def _taken_back(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction that is not committed; ready-made text needs one that has begun, or each would commit itself."""
    with suppress(_Enough):
        async with database.transaction() as session:
            yield session
            raise _Enough


async def claim_paced(database: Database, _: Filled) -> None:
    async with _taken_back(database) as session:
        await _claim(session)


async def claim_and_settle(database: Database, _: Filled) -> None:
    """As a worker does it with a hundred letters, but for the mail server."""
    async with _taken_back(database) as session:
        taken = await _claim(session)
        await leaving.of_letters(session, taken, at=now())
        await settling.settle(session, [_sent(each) for each in taken], at=now())


async def claim_notices(database: Database, _: Filled) -> None:
    async with _taken_back(database) as session:
        found = await claims.claim(session, Lane.NOTICES, most=AT_ONCE, lease_time=SETTINGS.lease_time)
    if len(found) != AT_ONCE:
        raise RuntimeError(f"{len(found)} notices")


async def tidy(database: Database, _: Filled) -> None:
    """What a worker does every hour. The first time is not measured: then there is nothing left to do."""
    await scrub.run(database, at=now())
    await reminders.run(database, at=now())


async def announce(database: Database, filled: Filled) -> None:
    """The first batch of an outcome."""
    async with _taken_back(database) as session:
        news = News(campaign_id=filled.campaign_id, kind=NewsKind.OUTCOME)
        session.add(news)
        await session.flush()
        await announcing._tell(session, news, at=now())  # noqa: SLF001 - a batch, without its commit


async def outreaches(database: Database, filled: Filled) -> None:
    """The ids of two pages, the second from the middle."""
    page = OutreachPage()
    async with database.reading() as session:
        first = await in_order.oldest(session, filled.campaign_id, after=None, limit=page.per_page)
        await in_order.oldest(session, filled.campaign_id, after=first[-1], limit=page.per_page)


async def recount_one(database: Database, filled: Filled) -> None:
    async with database.snapshot() as session:
        if await recount.differences(session, filled.campaign_id):
            raise RuntimeError("counts differ")


async def _claim(session: AsyncSession) -> list[Claim]:
    found = await turns.claim(session, SETTINGS, most=AT_ONCE, at=now())
    if not found:
        raise RuntimeError("nothing was claimed")
    return found


def _sent(claim: Claim) -> Settlement:
    return Settlement(
        claim, "250 2.0.0 Ok", AttemptOutcome.SENT, Stage.SENT, message_id="<1@example.org>", sealed_text=b"x"
    )


WORK: dict[str, Callable[[Database, Filled], Awaitable[None]]] = {
    "claim of letters, paced": claim_paced,
    "claim, read and settle": claim_and_settle,
    "claim of 100 notices": claim_notices,
    "tidy": tidy,
    "announce": announce,
    "outreaches": outreaches,
    "recount of one campaign (grows)": recount_one,
}
