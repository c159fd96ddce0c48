"""The kinds of tables that can go out."""

import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from enum import StrEnum
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports import counts, endorsements, letters, things


class ExportKind(StrEnum):
    CAMPAIGNS = "campaigns"
    OFFICES = "offices"
    PRISONERS = "prisoners"
    OFFLINE_LETTERS = "offline-letters"
    ENDORSEMENTS = "endorsements"
    LETTERS = "letters"
    TALLIES = "tallies"


class Export(Protocol):
    async def header(self) -> list[str]: ...
    def rows(self) -> AsyncIterator[dict[str, str]]: ...


EXPORTS: Mapping[ExportKind, Callable[[AsyncSession, uuid.UUID], Export]] = {
    ExportKind.CAMPAIGNS: things.Campaigns,
    ExportKind.OFFICES: things.Offices,
    ExportKind.PRISONERS: things.Prisoners,
    ExportKind.OFFLINE_LETTERS: counts.OfflineCounts,
    ExportKind.ENDORSEMENTS: endorsements.Endorsements,
    ExportKind.LETTERS: letters.Letters,
    ExportKind.TALLIES: counts.Tallies,
}
