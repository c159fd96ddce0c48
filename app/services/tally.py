"""The kept counts: they move in the transaction that moves the stage."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import at_the_end, upsert_adding
from app.models.letter import Stage
from app.models.office import Channel
from app.models.tally import Dimension, SupporterTally, Tally


class Cell(NamedTuple):
    """One number of the tally. Sorted, so that two transactions take their locks in the same order."""

    campaign_id: uuid.UUID
    dimension: Dimension
    value: str
    day: date
    stage: Stage


class Counted(Protocol):
    """A letter, as far as counting goes."""

    @property
    def campaign_id(self) -> uuid.UUID: ...
    @property
    def country(self) -> str: ...
    @property
    def office_id(self) -> uuid.UUID: ...
    @property
    def prisoner_id(self) -> uuid.UUID | None: ...
    @property
    def language(self) -> str: ...
    @property
    def channel(self) -> Channel: ...


def change(letter: Counted, stage: Stage, day: date, *, by: int) -> Iterator[tuple[Cell, int]]:
    """Yield the cells in which a letter counts while it is in this stage since this day."""
    values = {
        Dimension.ALL: "",
        Dimension.COUNTRY: letter.country,
        Dimension.OFFICE: str(letter.office_id),
        Dimension.PRISONER: str(letter.prisoner_id) if letter.prisoner_id else "all",
        Dimension.LANGUAGE: letter.language,
        Dimension.CHANNEL: letter.channel.value,
    }
    for dimension, value in values.items():
        yield Cell(letter.campaign_id, dimension, value, day, stage), by


def note(session: AsyncSession, changes: Iterable[tuple[Cell, int]]) -> None:
    """Have the changes added to the kept counts at the end of the transaction, all together and in one order."""
    total: Counter[Cell] = session.info.setdefault("tally", Counter())
    for cell, by in changes:
        total[cell] += by
    at_the_end(session, _write)


async def _write(session: AsyncSession) -> None:
    total: Counter[Cell] = session.info.pop("tally")
    rows = [{**cell._asdict(), "letters": by} for cell, by in sorted(total.items()) if by]
    await upsert_adding(session, Tally, rows, add="letters")


async def add_supporters(session: AsyncSession, campaign_id: uuid.UUID, country: str, people: int = 1) -> None:
    """Count people who have confirmed."""
    row = {"campaign_id": campaign_id, "country": country, "supporters": people}
    await upsert_adding(session, SupporterTally, [row], add="supporters")
