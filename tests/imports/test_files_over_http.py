"""The way of a file through the API: what is too large or broken, and what stays behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import AsyncClient

from app import problems
from app.database import Database
from app.imports.kinds import ImportKind
from tests.conftest import on_one_database
from tests.factories import API
from tests.imports.steps import OFFICE, office_row, table, take_in, workbook
from tests.sheets.test_table import BROKEN
from tests.steps import how_many, problem


@on_one_database
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
async def test_a_broken_file_is_a_small_problem_and_changes_nothing(
    organiser: AsyncClient, database: Database, content: bytes
) -> None:
    for kind in ImportKind:
        problem(await organiser.post(f"{API}/imports/{kind}", content=content), 422)
    for table_ in ("office", "prisoner", "offline_letters", "endorsement"):
        assert await how_many(database, table_) == 0


async def test_unknown_columns_and_columns_that_mean_the_same_are_named(organiser: AsyncClient) -> None:
    for header, number in (("external_id,kng", 1), ("external_id,title", 1), ("emails,E-Mail", 1), ("holder", 0)):
        content = f"{header}\nx,y\n".encode()
        problem(await organiser.post(f"{API}/imports/offices", content=content), 422, pointer=f"/header/{number}")


async def test_a_file_may_be_larger_than_a_body_but_not_without_end(
    organiser: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [office_row(external_id=f"office-{n}", note="x" * 150) for n in range(300)]
    assert len(table(*rows)) > problems.LARGEST_BODY
    assert (await take_in(organiser, "offices", table(*rows)))["created"] == 300

    monkeypatch.setattr(problems, "LARGEST_FILE", 1_000)
    problem(await organiser.post(f"{API}/imports/offices", content=table(*rows)), 413)

    async def unannounced() -> AsyncIterator[bytes]:
        yield table(*rows)

    problem(await organiser.post(f"{API}/imports/offices", content=unannounced()), 413)
    problem(await organiser.post(f"{API}/officials", content=b" " * 70_000), 413)


async def test_a_workbook_comes_in_like_a_table(organiser: AsyncClient) -> None:
    told = await take_in(organiser, "offices", workbook(list(OFFICE), list(OFFICE.values())))
    assert (told["created"], told["encoding"], told["columns"]["title.en"]) == (1, None, "title.en")


async def test_no_file_stays_behind(organiser: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened = set(Path("/proc/self/fd").iterdir())  # noqa: ASYNC240 - this machine's own
    good = workbook(list(OFFICE), list(OFFICE.values()))
    for content in (table(OFFICE), good, b"broken", table(office_row(kind="x"))):
        await organiser.post(f"{API}/imports/offices", content=content)
    for form in ("csv", "xlsx"):
        await organiser.get(f"{API}/exports/offices.{form}")
    assert {path.suffix for path in tmp_path.iterdir()} <= {".db", ".db-wal", ".db-shm"}  # noqa: ASYNC240
    assert len(set(Path("/proc/self/fd").iterdir()) - opened) < 3  # noqa: ASYNC240
