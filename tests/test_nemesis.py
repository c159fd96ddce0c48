"""Some seconds of the nemesis, with a seed that is the same each time, and its judges, put to the test.

`make nemesis` is the long one.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.config import PROJECT
from nemesis.__main__ import gather_from, judge_all

PATIENCE = 120  # seconds, on a busy machine; whatever is left then dies with its parent
LATER = 10_000.0  # seconds: long after every fault


class Run(NamedTuple):
    folder: Path
    code: int
    said: str


def nemesis(database: str, folder: Path) -> Run:
    options = ["--seed", "5", "--minutes", "0.2", "--rate", "5", "--db", database, "--folder", str(folder)]
    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "nemesis", *options],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Run(folder, ended.returncode, ended.stdout + ended.stderr)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A run on each database, beside each other: they wait more than they work."""
    names = ("sqlite", "postgresql")
    folder = tmp_path_factory.mktemp("nemesis")
    with ThreadPoolExecutor() as threads:
        return dict(zip(names, threads.map(nemesis, names, (folder / name for name in names)), strict=True))


@pytest.fixture(scope="module")
def a_run(runs: dict[str, Run]) -> Path:
    """The folder of a run on SQLite that went well."""
    assert runs["sqlite"].code == 0, runs["sqlite"].said
    return runs["sqlite"].folder


def test_on_postgresql_the_service_keeps_what_it_promises(runs: dict[str, Run]) -> None:
    _, code, said = runs["postgresql"]

    assert code == 0, said
    assert "lost 0 of" in said
    assert "BROKEN" not in said


async def test_on_sqlite_the_service_keeps_what_it_promises(a_run: Path) -> None:
    verdicts = judge_all(await gather_from(a_run, _url(a_run)))

    assert [str(each) for each in verdicts if not each.holds] == []
    assert len(verdicts) == 10


class Spoiler:
    """Evidence that is spoilt on purpose: what a spoiler needs is taken from what no run can be without, or made up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(sqlite3.connect(folder / "nemesis.db")) as connection:
            found = connection.execute("SELECT id, submission_id FROM letter WHERE stage = 'sent'").fetchall()
        sent = {str(uuid.UUID(hex=letter_id)): str(uuid.UUID(hex=of)) for letter_id, of in found}
        self.accepted = [line for line in self.lines("relay") if self.letter_id(line) in sent]
        self.letter = self.accepted[0]
        self.submission_id = sent[self.letter_id(self.letter)]

    @staticmethod
    def letter_id(line: dict[str, Any]) -> str:
        return str(line["id"]).partition("@")[0] if line["what"] == "accepted" else ""

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / f"{name}.jsonl").read_text().splitlines()]

    def write(self, name: str, lines: list[dict[str, Any]]) -> None:
        (self.folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def add(self, name: str, **line: object) -> None:
        self.write(name, [*self.lines(name), line])

    def answer(self, what: str, **about: object) -> None:
        """Add an answer that a client was given."""
        told = {"at": 0.0, "asked": 0.0, "seconds": 0.1, "status": 200, "letters": {}, "told": None, "leaks": False}
        self.add("client", what=what, **told | about)

    def another_copy(self, *, at: float) -> None:
        """Add a copy of the letter, taken with a plain yes."""
        self.add("relay", **self.letter | {"began": at, "at": at, "said": "250"})

    def execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / "nemesis.db")) as connection, connection:
            connection.execute(statement)

    def move_letter_to(self, stage: str, reason: str | None = None) -> None:
        """Move a letter that was sent, behind the service's back."""
        letter_id = self.letter_id(self.letter).replace("-", "")
        why = f"'{reason}'" if reason else "NULL"
        self.execute(f"UPDATE letter SET stage = '{stage}', reason = {why} WHERE id = '{letter_id}'")  # noqa: S608


def answer_without_rows(spoiler: Spoiler) -> None:
    spoiler.answer("submit", told="somebody-else", key="another", email="e")


def one_key_twice(spoiler: Spoiler) -> None:
    for told in ("one", "another"):
        spoiler.answer("submit", told=told, key="the-same", email="e")


def sent_and_never_accepted(spoiler: Spoiler) -> None:
    spoiler.write("relay", [line for line in spoiler.lines("relay") if line["id"] != spoiler.letter["id"]])


def cancelled_by_nobody(spoiler: Spoiler) -> None:
    stops = {"cancel", "erase"}
    spoiler.write(
        "client", [line for line in spoiler.lines("client") if stops.isdisjoint((line["what"], line.get("to")))]
    )
    spoiler.move_letter_to("cancelled", "by_supporter")


def failed_without_a_refusal(spoiler: Spoiler) -> None:
    spoiler.write("relay", [line for line in spoiler.lines("relay") if line["what"] != "refused"])
    spoiler.move_letter_to("failed", "refused_by_server")


def a_copy_without_a_reason(spoiler: Spoiler) -> None:
    spoiler.another_copy(at=spoiler.letter["at"] + LATER)
    spoiler.another_copy(at=spoiler.letter["at"] + 2 * LATER)  # whatever became of the first, this one has no reason


def a_wrong_count(spoiler: Spoiler) -> None:
    spoiler.execute("UPDATE tally SET letters = letters + 1 WHERE rowid = (SELECT max(rowid) FROM tally)")


def sent_before_it_was_confirmed(spoiler: Spoiler) -> None:
    spoiler.another_copy(at=0.0)


def sent_after_it_was_cancelled(spoiler: Spoiler) -> None:
    about = {"submission_id": spoiler.submission_id, "letters": {spoiler.letter_id(spoiler.letter): "cancelled"}}
    spoiler.answer("cancel", at=spoiler.letter["at"], **about)
    spoiler.another_copy(at=spoiler.letter["at"] + LATER)


def flooded_office(spoiler: Spoiler) -> None:
    """All letters of the run came to the slow office, and in one instant."""
    (lifted,) = [line for line in spoiler.lines("faults") if line["what"] == "limit lifted"]
    office_id = uuid.UUID(lifted["office_id"]).hex
    spoiler.execute(f"UPDATE letter SET office_id = '{office_id}', digest = NULL")  # noqa: S608
    at_once = {"began": lifted["began"] - 1, "at": lifted["began"] - 1}
    spoiler.write("relay", [line | at_once for line in spoiler.lines("relay")])


def a_server_error(spoiler: Spoiler) -> None:
    spoiler.answer("stats", status=500)


def a_letter_that_waits_for_ever(spoiler: Spoiler) -> None:
    spoiler.write("faults", [line | ({"left": 1} if "left" in line else {}) for line in spoiler.lines("faults")])


def back_to_unconfirmed(spoiler: Spoiler) -> None:
    spoiler.move_letter_to("unconfirmed")


def a_name_in_a_log(spoiler: Spoiler) -> None:
    with (spoiler.folder / "api.log").open("a") as log:
        log.write("something went wrong for Zenobia Quillabcd\n")


@pytest.mark.parametrize(
    ("invariant", "spoil"),
    [
        ("I1", answer_without_rows),
        ("I1", one_key_twice),
        ("I2", sent_and_never_accepted),
        ("I2", cancelled_by_nobody),
        ("I2", failed_without_a_refusal),
        ("I3", a_copy_without_a_reason),
        ("I4", a_wrong_count),
        ("I5", sent_before_it_was_confirmed),
        ("I5", sent_after_it_was_cancelled),
        ("I6", flooded_office),
        ("I7", a_server_error),
        ("I8", a_letter_that_waits_for_ever),
        ("I9", back_to_unconfirmed),
        ("I10", a_name_in_a_log),
    ],
)
async def test_a_broken_promise_is_seen(
    invariant: str, spoil: Callable[[Spoiler], None], a_run: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(a_run, tmp_path / "run")
    spoil(Spoiler(folder))

    broken = [each.name for each in judge_all(await gather_from(folder, _url(folder))) if not each.holds]

    assert invariant in [name.split()[0] for name in broken]


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/nemesis.db"
