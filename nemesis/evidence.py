"""All that is judged by: what the mail server accepted, what clients were told, what stands in the database."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.database import Database
from app.models.delivery import Delivery
from app.models.letter import Letter
from app.models.office import Office
from app.models.submission import Submission
from app.rows.asking import rows, table_of
from nemesis import counting
from nemesis.journal import Line, read

SETTLED = 3.0  # seconds in which a worker that nothing hinders writes down what it was told


@dataclass(frozen=True)
class Copy:
    """One message as it was accepted. `said`: `250`, or the mood in which its sender was left."""

    letter_id: str
    began: float
    at: float
    worker: str
    to: str
    said: str


@dataclass(frozen=True)
class Fault:
    what: str
    whom: str
    began: float
    at: float

    def meets(self, began: float, until: float) -> bool:
        return self.began <= until and began <= self.at


@dataclass
class Evidence:
    """Rows are by their ids, as texts."""

    folder: Path
    relay: list[Line]
    client: list[Line]
    faults_log: list[Line]
    samples: list[Line]
    lease_time: float
    submissions: dict[str, Line] = field(default_factory=dict)
    letters: dict[str, Line] = field(default_factory=dict)
    deliveries: dict[str, Line] = field(default_factory=dict)
    offices: dict[str, Line] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    @cached_property
    def copies(self) -> Mapping[str, list[Copy]]:
        """What was accepted, by letter, in the order of arrival. Notices are not letters."""
        found: dict[str, list[Copy]] = defaultdict(list)
        for line in self.relay:
            letter_id = str(line["id"]).partition("@")[0]
            if line["what"] == "accepted" and letter_id in self.letters:
                found[letter_id].append(
                    Copy(letter_id, line["began"], line["at"], line["worker"], line["to"], line["said"])
                )
        return {letter_id: sorted(copies, key=lambda copy: copy.at) for letter_id, copies in found.items()}

    @cached_property
    def faults(self) -> list[Fault]:
        return [
            Fault(line["what"], line["whom"], line["began"], line["at"])
            for line in self.faults_log
            if "whom" in line and "began" in line
        ]

    def answers(self, what: str) -> list[Line]:
        """What clients were told, where it was a yes."""
        return [line for line in self.client if line["what"] == what and line["status"] < 300]


async def gather(folder: Path, database: Database, *, lease_time: float) -> Evidence:
    """Read the logs, and the database in one snapshot."""
    relay, client, faults, samples = (
        read(folder / f"{name}.jsonl") for name in ("relay", "client", "faults", "samples")
    )
    evidence = Evidence(folder, relay, client, faults, samples, lease_time)
    async with database.snapshot() as session:
        for name, model in (
            ("submissions", Submission),
            ("letters", Letter),
            ("deliveries", Delivery),
            ("offices", Office),
        ):
            table = table_of(model)
            found = [_line(table, row) for row in await rows(session, sa.select(*table.c))]
            setattr(evidence, name, {line["id"]: line for line in found})
        evidence.differences = await counting.differences(session)
    return evidence


def _line(table: sa.Table, row: tuple[Any, ...]) -> Line:
    return {
        column.name: str(value) if isinstance(value, uuid.UUID) else value
        for column, value in zip(table.c, row, strict=True)
    }
