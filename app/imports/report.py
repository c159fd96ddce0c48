"""What an import did, or would do, row by row."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, Field

from app.models.consequences import CampaignTouched

Touched = Mapping[int, Sequence[CampaignTouched]]  # by the number of the row


class Result(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Fault(NamedTuple):
    """What is wrong in which column, and what to do."""

    column: str
    detail: str


class Told(NamedTuple):
    """What became of one row."""

    row: int
    key: str
    result: Result
    faults: Sequence[Fault] = ()
    notes: Sequence[str] = ()


@dataclass
class Report:
    """It may have a row for each of a hundred thousand, so it is kept small, and written out piece by piece."""

    kind: str
    dry_run: bool
    columns: dict[str, str | None]  # what each header of the file means; None: left out
    encoding: str | None = None
    separator: str | None = None
    kept: bool = False
    counts: Counter[Result] = field(default_factory=Counter)
    rows: list[Told] = field(default_factory=list)
    touched: dict[int, Sequence[CampaignTouched]] = field(default_factory=dict)  # what rows do to campaigns, by row

    def add(self, told: Told) -> None:
        self.counts[told.result] += 1
        self.rows.append(told)

    @property
    def refused(self) -> list[Told]:
        return [told for told in self.rows if told.result is Result.REFUSED]


class FaultPublic(BaseModel):
    column: str = Field(description="The field of the column, such as `title.en`; empty for the whole row.")
    detail: str = Field(description="What is wrong, and what to do.")


class RowPublic(BaseModel):
    row: int = Field(description="As a spreadsheet numbers it: the header is row 1. In JSON: the entry's number.")
    key: str = Field(description="The external id, or by what else the row is found again.")
    result: Result
    errors: list[FaultPublic] = []
    notes: list[str] = Field([], description="What was mended on the way. Please look at it.")
    campaigns: list[CampaignTouched] = Field(
        [], description="Which campaigns a new status or consent touches, and what becomes of each, row by row."
    )


class ReportPublic(BaseModel):
    """The report as JSON: `rows` comes last, and is as long as the file."""

    kind: str
    dry_run: bool
    kept: bool = Field(description="Whether anything was written.")
    encoding: str | None
    separator: str | None
    columns: dict[str, str | None] = Field(description="Which field each header was taken for; null: left out.")
    created: int
    updated: int
    unchanged: int
    refused: int
    rows: list[RowPublic]


def as_json(report: Report) -> Iterator[str]:
    """Yield the report as JSON, a line for each row."""
    head = {name: getattr(report, name) for name in ("kind", "dry_run", "kept", "encoding", "separator", "columns")}
    counts = {result.value: report.counts[result] for result in Result}
    yield json.dumps({**head, **counts}, ensure_ascii=False)[:-1] + ', "rows": ['
    for number, told in enumerate(report.rows):
        yield (",\n" if number else "\n") + json.dumps(_row(told, report.touched.get(told.row, ())), ensure_ascii=False)
    yield "\n]}\n"


def _row(told: Told, touched: Sequence[CampaignTouched]) -> dict[str, object]:
    shown: dict[str, object] = {"row": told.row, "key": told.key, "result": told.result}
    if told.faults:
        shown["errors"] = [fault._asdict() for fault in told.faults]
    if touched:
        shown["campaigns"] = [campaign.model_dump(mode="json") for campaign in touched]
    return shown | ({"notes": list(told.notes)} if told.notes else {})
