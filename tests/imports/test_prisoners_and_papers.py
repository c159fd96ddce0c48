"""Prisoners, and letters on paper that were counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient

from app.database import Database
from tests.conftest import on_one_database
from tests.factories import API, office, post, prisoner, published
from tests.imports.steps import PRISONER, counts, refusals, table, take_in
from tests.steps import differences, get, how_many, patch, problem, stats

COUNT = {
    "external_id": "berlin",
    "campaign": "free-ada",
    "letters": "120",
    "counted_on": "01.03.2026",
    "note": "At the market, counted by two",
}


async def test_a_prisoner_comes_in_with_texts_cases_and_partial_dates(organiser: AsyncClient) -> None:
    row = PRISONER | {
        "Geboren": "05.1984",
        "Дата задержания": "17.9.2021",
        "cases.ru.genitive": "Ады Призонер",
        "do_not_mention": "her sister, who is free | a second thing",
        "sources": '[{"title": "A trial", "publisher": "Example News", "published_on": "2024-05"}]',
    }
    assert counts(await take_in(organiser, "prisoners", table(row))) == {"created": 1}
    shown = await get(organiser, "/prisoners/ada-prisoner")
    assert (shown["born_on"], shown["detained_on"], shown["external_id"]) == ("1984-05", "2021-09-17", "P-1")
    assert shown["cases"] == {"ru": {"genitive": "Ады Призонер"}}
    assert shown["do_not_mention"] == ["her sister, who is free", "a second thing"]
    assert shown["sources"][0]["publisher"] == "Example News"
    assert counts(await take_in(organiser, "prisoners", table(row))) == {"unchanged": 1}


async def test_a_prisoner_is_found_again_by_external_id_or_slug(organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner())
    adopted = await take_in(organiser, "prisoners", table({"slug": "ada-prisoner", "external_id": "P-1"}))
    freed = await take_in(organiser, "prisoners", table({"external_id": "P-1", "status": "Released"}))
    assert (counts(adopted), counts(freed)) == ({"updated": 1}, {"updated": 1})
    assert (await get(organiser, "/prisoners/ada-prisoner"))["status"] == "released"


async def test_a_slug_is_not_taken_from_another(
    organiser: AsyncClient, stranger: AsyncClient, database: Database
) -> None:
    await post(stranger, "/prisoners", prisoner())
    told = problem(
        await organiser.post(f"{API}/imports/prisoners", content=table(PRISONER)), 422, pointer="/rows/2/slug"
    )
    assert "choose another" in told["errors"][0]["detail"]
    await take_in(organiser, "prisoners", table(PRISONER | {"slug": "ada-two"}))
    for row in (
        PRISONER | {"slug": "ada-three"},
        PRISONER | {"external_id": "P-2", "slug": "ada-two"},
        {"slug": "", "external_id": "", "name": "Ada"},
    ):
        assert refusals(await take_in(organiser, "prisoners", table(row), "?dry_run=true"))[0][:2] == (2, "slug")
    assert await how_many(database, "prisoner") == 2


async def test_paper_letters_are_counted_apart_and_the_tally_stays_true(
    organiser: AsyncClient, client: AsyncClient, database: Database
) -> None:
    await published(organiser, offices=[office(external_id="by-pg")])
    rows = [
        COUNT | {"office": "by-pg", "country": "Germany"},
        COUNT | {"external_id": "bern", "letters": "30", "office": ""},
    ]
    assert counts(await take_in(organiser, "offline-letters", table(*rows))) == {"created": 2}
    assert counts(await take_in(organiser, "offline-letters", table(*rows))) == {"unchanged": 2}

    numbers = await stats(client)
    assert (numbers["offline_letters"], numbers["letters_sent"], numbers["letters"]["total"]) == (150, 0, 0)
    assert await differences(database) == []
    assert counts(await take_in(organiser, "offline-letters", table({"external_id": "bern", "letters": "0"}))) == {
        "updated": 1
    }
    assert (await stats(client))["offline_letters"] == 120


TOMORROW = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()


@on_one_database
@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"letters": "5001"}, "letters"),
        ({"letters": "-1"}, "letters"),
        ({"letters": "many"}, "letters"),
        ({"note": ""}, "note"),
        ({"counted_on": TOMORROW}, ""),
        ({"campaign": "no-such"}, "campaign"),
        ({"office": "no-such"}, "office"),
        ({"external_id": ""}, "external_id"),
    ],
)
async def test_a_count_that_cannot_be_is_refused(organiser: AsyncClient, change: dict[str, str], column: str) -> None:
    await published(organiser)
    told = await take_in(organiser, "offline-letters", table(COUNT | change), "?dry_run=true")
    assert [found[1] for found in refusals(told)] == [column]


async def test_nobody_counts_for_a_draft_or_for_another_organisation(
    organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await published(organiser)
    await patch(organiser, "/campaigns/free-ada", goal=5)
    assert refusals(await take_in(stranger, "offline-letters", table(COUNT), "?dry_run=true"))[0][1] == "campaign"
