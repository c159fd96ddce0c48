"""What an imported status or consent does to campaigns: by the same road as over HTTP, in the same transaction."""

import uuid
from collections.abc import Iterator, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.imports.changes import Decision
from app.imports.kind import Decisions
from app.imports.report import Touched
from app.models.campaign import Campaign
from app.models.consequences import CampaignTouched
from app.models.prisoner import Prisoner
from app.services.lives import consequences
from app.services.lives.consequences import Turn


async def foretell(session: AsyncSession, decisions: Decisions) -> Touched:
    """Tell what each row does to campaigns, as though it were the only one."""
    turns = dict(_turns(decisions))
    people = await _people(session, [id_ for id_, _ in turns.values()])
    told = {number: await consequences.foretell(session, people[id_], turn) for number, (id_, turn) in turns.items()}
    return {number: each.campaigns for number, each in told.items() if each.campaigns}


async def draw(session: AsyncSession, decisions: Decisions, touched: Touched) -> None:
    """Pause, stop, tell: what follows from rows that were just written."""
    turns = dict(_turns(decisions))
    people = await _people(session, [id_ for id_, _ in turns.values()])
    await _hold(session, [each for told in touched.values() for each in told])
    for number, (id_, turn) in turns.items():
        await consequences.draw(session, people[id_], turn, touched.get(number, ()))


def _turns(decisions: Decisions) -> Iterator[tuple[int, tuple[uuid.UUID, Turn]]]:
    """Yield each row that changes the status or consent of somebody who is there."""
    for number, decision in decisions.items():
        if turn := _turn(decision):
            yield number, turn


def _turn(decision: Decision) -> tuple[uuid.UUID, Turn] | None:
    for _, old, new in decision.updates:
        turn = Turn(old["status"], new.get("status", old["status"]), old["consent"], new.get("consent", old["consent"]))
        if turn.before is not turn.after or turn.consent_before is not turn.consent:
            return old["id"], turn
    return None


async def _people(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Prisoner]:
    """Return the prisoners as they stand in the database by now."""
    which = select(Prisoner).where(col(Prisoner.id).in_(ids)).execution_options(populate_existing=True)
    return {each.id: each for each in await session.exec(which)} if ids else {}


async def _hold(session: AsyncSession, touched: Sequence[CampaignTouched]) -> None:
    """Lock all the campaigns at once and in order, so that two imports never wait for each other in a ring."""
    which = select(Campaign.id).where(col(Campaign.slug).in_({each.campaign for each in touched}))
    if touched:
        await session.exec(which.order_by(col(Campaign.id)).with_for_update(key_share=True, of=Campaign))
