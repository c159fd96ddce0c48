"""Snapshots in the middle of it: is the tally equal to the rows, and did every letter move as it may?"""

import asyncio
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from app.database import Database
from app.models.columns import now
from app.models.letter import NEXT, Letter, Stage
from app.rows.asking import rows
from nemesis import counting
from nemesis.journal import Journal

LOOK_EVERY = 1.0  # seconds
LATE = timedelta(seconds=60)  # so long after its time stamp a change may still become visible


class Watch:
    """Reads only. What it cannot read, because the database is away, it does not judge."""

    def __init__(self, database: Database, log: Journal) -> None:
        self._database = database
        self._log = log
        self._stages: dict[str, Stage] = {}

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                self._log.add(what="not seen", why=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Take one snapshot, and write down what it says."""
        recent = sa.select(col(Letter.id), col(Letter.stage)).where(col(Letter.moved_at) > now() - LATE)
        async with self._database.snapshot() as session:
            differences = await counting.differences(session)
            stages = {str(letter_id): Stage(stage) for letter_id, stage in await rows(session, recent)}
        moves = [(each, self._stages.get(each), stage) for each, stage in stages.items()]
        moves = [(each, before, stage) for each, before, stage in moves if before is not stage]
        self._stages |= stages
        self._log.add(
            what="snapshot",
            differences=differences,
            moves=len(moves),
            forbidden=[move for move in moves if move[1] and move[2] not in REACHABLE[move[1]]],
            sent=[each for each, _, stage in moves if stage is Stage.SENT],
        )


def _reachable(stage: Stage) -> frozenset[Stage]:
    """Return every stage that a letter can come to from this one, in however many steps."""
    found: set[Stage] = set()
    following = set(NEXT[stage])
    while following:
        found |= following
        following = {after for each in following for after in NEXT[each]} - found
    return frozenset(found)


REACHABLE = {stage: _reachable(stage) for stage in Stage}
