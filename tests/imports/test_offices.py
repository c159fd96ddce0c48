"""Offices, embassies and accreditations out of tables."""

from datetime import date

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import select

from app.database import Database
from app.models.official import Official
from tests.conftest import on_one_database
from tests.factories import API, embassy, office, post
from tests.imports.steps import OFFICE, counts, office_row, refusals, table, take_in
from tests.steps import get, how_many, problem


async def test_nobody_without_a_key_imports(client: AsyncClient, database: Database) -> None:
    problem(await client.post(f"{API}/imports/offices", content=table(OFFICE)), 401)
    assert await how_many(database, "office") == 0


async def test_a_dry_run_tells_what_would_happen_and_writes_nothing(organiser: AsyncClient, database: Database) -> None:
    told = await take_in(organiser, "offices", table(OFFICE), "?dry_run=true")
    assert (counts(told), told["kept"], told["dry_run"]) == ({"created": 1}, False, True)
    assert await how_many(database, "office") == 0


async def test_rows_are_created_then_unchanged_then_updated(organiser: AsyncClient, client: AsyncClient) -> None:
    first = await take_in(organiser, "offices", table(OFFICE))
    again = await take_in(organiser, "offices", table(OFFICE))
    changed = await take_in(organiser, "offices", table(office_row(emails="new@by.example.org")))
    assert [counts(each) for each in (first, again, changed)] == [{"created": 1}, {"unchanged": 1}, {"updated": 1}]

    (listed,) = (await get(client, "/officials"))["items"]
    shown = await get(organiser, f"/officials/{listed['id']}")
    assert shown["emails"] == [{"address": "new@by.example.org", "dead": False, "why": None}]
    assert (shown["external_id"], shown["revision"]) == ("by-pg", 2)
    assert shown["holder"]["name"] == "Pavel Prosecutor"


async def test_an_empty_cell_and_a_missing_column_leave_what_is_there(organiser: AsyncClient) -> None:
    await take_in(organiser, "offices", table(office_row(title__de="Generalstaatsanwalt")))
    less = {"external_id": "by-pg", "title.en": "The Prosecutor", "emails": ""}
    assert counts(await take_in(organiser, "offices", table(less))) == {"updated": 1}

    (listed,) = (await get(organiser, "/officials"))["items"]
    shown = await get(organiser, f"/officials/{listed['id']}")
    assert shown["title"] == {"en": "The Prosecutor", "de": "Generalstaatsanwalt"}
    assert shown["emails"][0]["address"] == "pg@by.example.org"


async def test_a_refused_row_names_row_column_and_what_to_do_and_nothing_is_kept(
    organiser: AsyncClient, database: Database
) -> None:
    rows = [
        OFFICE,
        office_row(external_id="b", emails="not an address"),
        office_row(external_id="c", country="Atlantis"),
    ]
    told = problem(await organiser.post(f"{API}/imports/offices", content=table(*rows)), 422, pointer="/rows/3/emails")
    assert told["type"].endswith("#not-imported")
    assert "ada@example.org" in told["errors"][0]["detail"]
    assert "not an address" not in str(told)
    assert await how_many(database, "office") == 0

    report = await take_in(organiser, "offices", table(*rows), "?dry_run=true")
    assert counts(report) == {"created": 1, "refused": 2}
    assert [(row, column) for row, column, _ in refusals(report)] == [(3, "emails"), (4, "country")]


async def test_who_keeps_going_gets_the_good_rows(organiser: AsyncClient, database: Database) -> None:
    rows = [OFFICE, office_row(external_id="b", kind="king"), office_row(external_id="c")]
    told = await take_in(organiser, "offices", table(*rows), "?keep_going=true")
    assert (counts(told), told["kept"]) == ({"created": 2, "refused": 1}, True)
    assert await how_many(database, "office") == 2


@on_one_database
@pytest.mark.parametrize(
    ("row", "column"),
    [
        (office_row(external_id=""), "external_id"),
        (office_row(id="00000000-0000-7000-8000-000000000000"), "id"),
        (office_row(id="no id"), "id"),
        (office_row(languages=""), "languages"),
        (office_row(channels="fax"), "channels"),
        (office_row(web_form_url="http://form.example.org"), "web_form_url"),
        (office_row(holder__since="2020-13-01"), "holder.since"),
        (office_row(holder__since="2020-02-02", holder__until="2020-02-01"), "holder"),
        (office_row(holder__gender="m"), "holder.gender"),
        (office_row(title__en="#REF!"), "title.en"),
        (office_row(emails="[1, 2"), "emails"),
        (office_row(emails="[1]"), "emails"),
        (office_row(emails="a@ex\u0430mple.org"), "emails"),
        (office_row(title__en="hidden\u202etext"), "title.en"),
        (office_row(in_use="perhaps"), "in_use"),
    ],
)
async def test_each_refusal_names_its_column(organiser: AsyncClient, row: dict[str, str], column: str) -> None:
    told = await take_in(organiser, "offices", table(row), "?dry_run=true")
    assert [(number, found) for number, found, _ in refusals(told)] == [(2, column)]


async def test_two_rows_about_one_office_are_not_both_taken(organiser: AsyncClient) -> None:
    told = await take_in(organiser, "offices", table(OFFICE, office_row(country="RU")), "?dry_run=true")
    assert refusals(told) == [(3, "", "Row 2 is about the same one. Leave one of the two.")]


async def test_external_ids_belong_to_an_organisation(
    organiser: AsyncClient, stranger: AsyncClient, database: Database
) -> None:
    await take_in(organiser, "offices", table(OFFICE))
    assert counts(await take_in(stranger, "offices", table(office_row(country="RU")))) == {"created": 1}
    assert await how_many(database, "office") == 2
    (other, own) = (await get(organiser, "/officials"))["items"]
    assert (other["country"], own["country"]) == ("RU", "BY")
    foreign = table({"id": other["id"], "country": "UA"})
    assert refusals(await take_in(organiser, "offices", foreign, "?dry_run=true"))[0][1] == "id"


async def test_the_api_takes_an_external_id_once(organiser: AsyncClient) -> None:
    made = await post(organiser, "/officials", office(external_id="by-pg"))
    problem(await organiser.post(f"{API}/officials", json=office(external_id="by-pg")), 409)
    other = await post(organiser, "/officials", office())
    problem(await organiser.patch(f"{API}/officials/{other['id']}", json={"external_id": "by-pg"}), 409)
    assert made["external_id"] == "by-pg"


async def test_a_new_holder_ends_the_time_of_the_one_before(organiser: AsyncClient) -> None:
    await take_in(organiser, "offices", table(OFFICE))
    follows = office_row(holder__name="Vera Prosecutor", holder__since="2024-05-01", holder__gender="female")
    assert counts(await take_in(organiser, "offices", table(follows))) == {"updated": 1}
    assert counts(await take_in(organiser, "offices", table(follows))) == {"unchanged": 1}
    (shown,) = (await get(organiser, "/officials"))["items"]
    assert (shown["holder"]["name"], shown["holder"]["since"]) == ("Vera Prosecutor", "2024-05-01")


async def test_who_had_left_before_is_not_kept_in_office_longer(organiser: AsyncClient, database: Database) -> None:
    await take_in(organiser, "offices", table(OFFICE))
    left = date(2023, 12, 31)
    async with database.transaction() as session:
        await session.exec(sa.update(Official).values(until=left))
    follows = office_row(holder__name="Vera Prosecutor", holder__since="2024-05-01", holder__gender="female")
    assert counts(await take_in(organiser, "offices", table(follows))) == {"updated": 1}
    async with database.reading() as session:
        assert {each.until for each in await session.exec(select(Official))} == {left, None}


async def test_holders_do_not_overlap(organiser: AsyncClient, database: Database) -> None:
    await take_in(organiser, "offices", table(OFFICE))
    earlier = office_row(holder__name="Vera Prosecutor", holder__since="2019-01-01")
    problem(await organiser.post(f"{API}/imports/offices", content=table(earlier)), 422, pointer="/rows/2/holder.since")
    await take_in(organiser, "offices", table(office_row(holder__name="Vera Prosecutor", holder__since="2024-05-01")))
    back = office_row(holder__name="vera prosecutor", holder__since="2021-01-01")
    problem(await organiser.post(f"{API}/imports/offices", content=table(back)), 422, pointer="/rows/2/holder.since")
    assert await how_many(database, "official") == 2


async def test_what_is_set_for_all_rows_counts_where_something_new_says_nothing(organiser: AsyncClient) -> None:
    bare = {name: value for name, value in OFFICE.items() if name not in {"country", "languages"}}
    await take_in(organiser, "offices", table(bare), "?set=Land=Belarus&set=languages=be,ru")
    (shown,) = (await get(organiser, "/officials"))["items"]
    assert (shown["country"], shown["languages"]) == ("BY", ["be", "ru"])
    assert counts(await take_in(organiser, "offices", table(bare), "?set=country=RU")) == {"unchanged": 1}
    problem(await organiser.post(f"{API}/imports/offices?set=king=X", content=table(bare)), 422, pointer="?set")
    problem(await organiser.post(f"{API}/imports/offices?set=nothing", content=table(bare)), 422, pointer="?set")


async def test_an_embassy_is_an_ambassador_accredited_to_many_countries(organiser: AsyncClient) -> None:
    row = {name: value for name, value in OFFICE.items() if name != "kind"} | {
        "Akkreditiert in": "Deutschland; CH, Liechtenstein"
    }
    assert counts(await take_in(organiser, "embassies", table(row))) == {"created": 1}
    (shown,) = (await get(organiser, "/officials"))["items"]
    assert (shown["kind"], shown["accredited_to"]) == ("ambassador", ["CH", "DE", "LI"])
    bare = table({**row, "external_id": "other", "Akkreditiert in": ""})
    assert refusals(await take_in(organiser, "embassies", bare, "?dry_run=true"))[0][:2] == (2, "accredited_to")


async def test_accreditations_are_added_to_embassies(organiser: AsyncClient) -> None:
    await post(organiser, "/officials", embassy(external_id="by-in-berlin"))
    rows = [
        {"embassy": "by-in-berlin", "country": "Liechtenstein"},
        {"embassy": "by-in-berlin", "country": "DE"},
        {"embassy": "nowhere", "country": "DE"},
        {"embassy": "by-in-berlin", "country": "LI"},
    ]
    told = await take_in(organiser, "accreditations", table(*rows), "?keep_going=true")
    assert counts(told) == {"created": 1, "unchanged": 1, "refused": 2}
    assert [(row, column) for row, column, _ in refusals(told)] == [(4, "external_id"), (5, "")]
    (shown,) = (await get(organiser, "/officials"))["items"]
    assert shown["accredited_to"] == ["CH", "DE", "LI"]
