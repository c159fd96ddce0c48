"""What imports leave in the audit."""

import hashlib
from typing import Any

from httpx import AsyncClient

from tests.factories import published
from tests.imports.steps import PRISONER, office_row, table, take_in
from tests.steps import get


async def trail(organiser: AsyncClient, query: str = "") -> list[Any]:
    """What imports left in the audit, the oldest first."""
    found = reversed((await get(organiser, f"/audit{query}"))["items"])
    return [each for each in found if each["deed"] == "imported" or "import" in each["changes"]]


def told(entry: Any) -> dict[str, tuple[Any, Any]]:
    changes = entry["changes"].items()
    return {name: (each["from"], each["to"]) for name, each in changes if name != "import"}


async def test_an_import_is_one_entry_with_its_counts_and_its_file(organiser: AsyncClient) -> None:
    file = table(office_row(), office_row(external_id="by-pm", kind="minister"))
    await take_in(organiser, "offices", file)

    imported, *_ = await trail(organiser, "?kind=import")

    assert (imported["organiser"], imported["deed"], imported["thing"]) == ("Olga Organiser", "imported", "offices")
    assert told(imported)["sha256"] == (None, hashlib.sha256(file).hexdigest())
    assert {name: n for name, (_, n) in told(imported).items() if n and name != "sha256"} == {"created": 2}
    created = await trail(organiser, "?kind=office")
    assert [(each["deed"], each["thing"], told(each)) for each in created] == [
        ("created", "Prosecutor General", {})
    ] * 2
    assert {each["changes"]["import"]["to"] for each in created} == {imported["thing_id"]}


async def test_each_change_is_told_from_which_to_which(organiser: AsyncClient) -> None:
    await take_in(organiser, "offices", table(office_row()))
    moved = office_row(emails="new@by.example.org")
    await take_in(organiser, "offices", table(moved))
    await take_in(organiser, "offices", table(moved | {"holder.name": "Petra Next", "holder.since": "2026-01-01"}))
    await take_in(organiser, "accreditations", table({"embassy": "by-pg", "accredited_to": "DE"}))
    await take_in(organiser, "prisoners", table(PRISONER))
    await take_in(organiser, "prisoners", table(PRISONER | {"name": "Ada Renamed"}))

    changed = [each for each in await trail(organiser) if each["deed"] != "imported"]

    assert [(each["kind"], each["deed"], list(told(each))) for each in changed] == [
        ("office", "created", []),
        ("office", "changed", ["emails"]),
        ("official", "changed", ["until"]),
        ("official", "created", ["name", "since"]),
        ("office", "changed", ["accredited_to"]),
        ("prisoner", "created", []),
        ("prisoner", "changed", ["name"]),
    ]
    assert len({each["thing_id"] for each in changed[:5]}) == 1
    assert told(changed[2])["until"] == (None, "2025-12-31")
    assert told(changed[4])["accredited_to"] == ([], ["DE"])
    assert told(changed[6])["name"] == ("Ada Prisoner", "Ada Renamed")


async def test_what_changes_nothing_leaves_nothing(organiser: AsyncClient) -> None:
    await take_in(organiser, "offices", table(office_row()))
    before = await trail(organiser)
    await take_in(organiser, "offices", table(office_row()))
    await take_in(organiser, "offices", table(office_row(external_id="new")), "?dry_run=true")
    await take_in(organiser, "offices", table(office_row(external_id="new"), office_row(country="Utopia")), status=422)
    assert await trail(organiser) == before


async def test_letters_on_paper_are_told_with_who_counted_them(organiser: AsyncClient) -> None:
    await published(organiser)
    row = {"external_id": "m", "campaign": "free-ada", "letters": "12", "counted_on": "2026-11-01", "note": "Market"}
    await take_in(organiser, "offline-letters", table(row))
    await take_in(organiser, "offline-letters", table(row | {"letters": "13"}))
    found = await trail(organiser, "?kind=offline_letters")
    assert [(each["deed"], told(each)) for each in found] == [("created", {}), ("changed", {"letters": (12, 13)})]
