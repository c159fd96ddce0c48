"""Tables out: an organisation's own, without personal data, without formulas, and fit to come back in."""

import csv
import io
import json

import pytest
from httpx import AsyncClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from python_calamine import CalamineWorkbook

from app.database import Database
from app.delivery.worker import Worker
from app.imports.offices import OfficeRow
from app.sheets import columns, table
from app.sheets.flat import flat, set_at
from app.sheets.guard import guarded
from tests.factories import API, PARAGRAPH, embassy, office, post, prisoner, published
from tests.imports.conftest import stranger
from tests.imports.steps import counts, take_in, take_out
from tests.imports.steps import table as csv_of
from tests.steps import SAM, all_sign, get, problem, write

__all__ = ["stranger"]

KINDS = ("campaigns", "offices", "prisoners", "offline-letters", "endorsements", "letters", "tallies")
RECOGNISED = [
    {"organisation": "Example Rights Watch", "recognised_on": "2024-09", "url": "https://watch.example.org/ada"},
    {"organisation": "A | B, C", "recognised_on": None, "url": None},
]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"]), min_size=1, max_size=30)
TEXTS = st.dictionaries(st.sampled_from(["en", "de", "ru", "zh-Hant"]), TEXT, min_size=1)
EMAILS = st.fixed_dictionaries({"address": st.sampled_from(["a@example.org", "b@example.org"]), "dead": st.booleans()})
OFFICES = st.fixed_dictionaries(
    {
        "external_id": TEXT,
        "kind": st.sampled_from(["ambassador", "minister", "other"]),
        "country": st.sampled_from(["BY", "DE"]),
        "title": TEXTS,
        "languages": st.lists(st.sampled_from(["ru", "en", "de"]), min_size=1, unique=True),
        "channels": st.lists(st.sampled_from(["email", "post"]), min_size=1, unique=True),
        "emails": st.lists(EMAILS, max_size=3),
        "accredited_to": st.lists(st.sampled_from(["AT", "CH"]), unique=True),
        "salutations": TEXTS,
        "note": TEXT,
        "holder": st.none() | st.fixed_dictionaries({"name": TEXT, "since": st.none() | st.dates().map(str)}),
    }
)  # fmt: skip


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_nobody_without_a_key_exports(client: AsyncClient) -> None:
    for kind in KINDS:
        problem(await client.get(f"{API}/exports/{kind}.csv"), 401)
    problem(await client.get(f"{API}/exports/supporters.csv"), 401)


async def test_everything_goes_out_as_csv_and_xlsx_and_only_to_its_own_organisation(
    organiser: AsyncClient, stranger: AsyncClient, client: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    await write(client)
    await worker.drain()
    for kind in KINDS:
        rows = read(await take_out(organiser, kind))
        book = CalamineWorkbook.from_filelike(io.BytesIO(await take_out(organiser, kind, "xlsx")))
        header, *cells = book.get_sheet_by_index(0).to_python()
        assert [dict(zip(header, row, strict=True)) for row in cells] == rows
        assert bool(rows) == (kind not in {"offline-letters", "endorsements"})
        assert read(await take_out(stranger, kind)) == []
    problem(await organiser.get(f"{API}/exports/supporters.csv"), 422)
    problem(await organiser.get(f"{API}/exports/letters.pdf"), 422)


async def test_letters_go_out_without_who_wrote_them(
    organiser: AsyncClient, client: AsyncClient, worker: Worker
) -> None:
    await published(organiser)
    await write(client)
    await worker.drain()
    content = (await take_out(organiser, "letters")).decode()
    for personal in ("Sam", SAM, "Berlin", "Musterweg", "10115", PARAGRAPH, "nurse"):
        assert personal not in content
    first, _ = read(content.encode())
    assert (first["campaign"], first["stage"], first["channel"]) == ("free-ada", "sent", "email")
    assert first["country"] == "other"  # one person in a country is somebody
    tallied = [row for row in read(await take_out(organiser, "tallies")) if row["dimension"] == "country"]
    assert {(row["value"], row["stage"], row["letters"]) for row in tallied} == {("other", "sent", "2")}


async def test_no_cell_is_a_formula(organiser: AsyncClient) -> None:
    await post(
        organiser, "/officials", office(external_id="x", note='=HYPERLINK("https://example.org")', title={"en": "@SUM"})
    )
    (row,) = read(await take_out(organiser, "offices"))
    assert (row["note"][:2], row["title.en"][:2]) == ("'=", "'@")
    assert counts(await take_in(organiser, "offices", await take_out(organiser, "offices"))) == {"unchanged": 1}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_goes_out_comes_back_unchanged(organiser: AsyncClient, form: str) -> None:
    texts = {"summary": {"en": 'One line.\n\nAnother; with | marks, and "quotes".'}, "do_not_mention": ["a, b", "c"]}
    await post(
        organiser, "/prisoners", prisoner(sources=[{"title": "A", "publisher": "B"}], recognised_by=RECOGNISED, **texts)
    )
    await post(organiser, "/officials", office(salutations={"en": "Sir,"}, postal_address="Street 1\nTown"))
    await post(organiser, "/officials", embassy(emails=[{"address": "a@example.org", "dead": True}]))
    for kind, n in (("prisoners", 1), ("offices", 2)):
        back = await take_in(organiser, kind, await take_out(organiser, kind, form))
        assert counts(back) == {"unchanged": n}


async def test_who_recognises_a_prisoner_goes_out_and_comes_back(organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner(recognised_by=RECOGNISED))
    (row,) = read(await take_out(organiser, "prisoners"))
    assert json.loads(row["recognised_by"]) == RECOGNISED
    fewer = row | {"recognised_by": json.dumps(RECOGNISED[:1])}
    assert counts(await take_in(organiser, "prisoners", csv_of(fewer))) == {"updated": 1}
    assert (await get(organiser, "/prisoners/ada-prisoner"))["recognised_by"] == RECOGNISED[:1]


async def test_endorsements_go_out_without_addresses_and_come_back_unchanged(
    organiser: AsyncClient, stranger: AsyncClient, database: Database
) -> None:
    await published(organiser)
    asked = {"name": "Example Watch", "country": "FR", "email": "eve@endorser.example.org", "language": "fr"}
    for n in ("1", "2"):
        await post(organiser, "/campaigns/free-ada/endorsements", asked | {"external_id": n, "name": f"Watch {n}"})
    out = await take_out(organiser, "endorsements")
    await all_sign(database, signatory="Eve Example")
    signed = await take_out(organiser, "endorsements")

    assert b"endorser.example.org" not in out
    assert [(row["external_id"], row["campaign"], row["status"]) for row in read(out)] == [
        ("1", "free-ada", "invited"), ("2", "free-ada", "invited"),
    ]  # fmt: skip
    assert {(row["status"], row["signatory"], row["language"]) for row in read(signed)} == {
        ("confirmed", "Eve Example", "fr")
    }
    for file in (out, signed):
        assert counts(await take_in(organiser, "endorsements", file)) == {"unchanged": 2}
    assert read(await take_out(stranger, "endorsements")) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(OFFICES)
@example(
    {
        "kind": "other",
        "country": "BY",
        "title": {"en": "#N/A"},
        "languages": ["ru"],
        "channels": ["email"],
        "external_id": "'#REF!",
    }
)
def test_an_office_is_the_same_after_the_way_through_a_table(body: dict[str, object]) -> None:
    try:
        told = OfficeRow.model_validate(body).model_dump()
    except ValidationError:  # hidden characters, dates before 1900
        return
    cells = flat(OfficeRow, told)
    text = io.StringIO()
    csv.writer(text).writerows([cells.keys(), map(guarded, cells.values())])
    with io.BytesIO(text.getvalue().encode()) as file:
        found = table.read(file)
        meant = columns.understand(OfficeRow, found.header, {})
        ((_, row),) = found.rows
    values: dict[str, object] = {}
    for column, cell in zip(meant, row, strict=True):
        if column and cell:
            set_at(values, column.path, column.read(cell))
    assert OfficeRow.model_validate(values).model_dump() == told
