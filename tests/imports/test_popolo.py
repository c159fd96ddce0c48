"""Officials from Popolo JSON, with all that real files contain."""

import json
from typing import Any

import pytest
from httpx import AsyncClient

from app.database import Database
from tests.conftest import on_one_database
from tests.factories import API
from tests.imports.steps import counts, refusals, take_in
from tests.steps import get, how_many, problem

SETTINGS = "?set=country=BY&set=languages=ru,en&set=text_language=en"


def email(value: str) -> list[dict[str, str]]:
    return [{"type": "email", "value": value}]


def popolo(**overrides: Any) -> dict[str, Any]:
    return {
        "persons": [
            {"id": "p1", "name": "IVAN IVANOVICH EXAMPLE", "family_name": "EXAMPLE", "gender": "male"},
            {"id": "p2", "name": "Ivan Ivanovich Example", "gender": None, "birth_date": "1970"},
            {"id": "p3", "name": "Old Holder", "gender": "female"},
        ],
        "organizations": [
            {"id": "o1", "name": "Ministry of Examples", "contact_details": email("info@ministry.example.org")},
            {"id": "o2", "name": "Chamber", "classification": "legislature"},
        ],
        "posts": [{"id": "minister", "label": "Minister of Examples", "organization_id": "o1"}],
        "memberships": [
            {"person_id": "p3", "post_id": "minister", "end_date": "2019"},
            {"person_id": "p1", "post_id": "minister", "organization_id": "o1", "start_date": "2020-05"},
            {"person_id": "p2", "organization_id": "o2", "role": "member", "start_date": "2019-11-17",
             "contact_details": email("mailto:ivan@ch\u0430mber.example.orghttps://chamber.example.org/ivan")},
        ],
        **overrides,
    }  # fmt: skip


async def test_posts_and_seats_become_offices_with_their_holders(organiser: AsyncClient) -> None:
    told = await take_in(organiser, "popolo", json.dumps(popolo()).encode(), SETTINGS)
    assert counts(told) == {"created": 2}
    notes = {row["key"]: " ".join(row["notes"]) for row in told["rows"]}
    assert "capitals" in notes["minister"]
    assert "start_date" in notes["minister"]
    assert "Latin twin" in notes["o2/member/p2"]
    assert "cut off" in notes["o2/member/p2"]

    found = (await get(organiser, "/officials"))["items"]
    minister, member = [await get(organiser, f"/officials/{each['id']}") for each in reversed(found)]
    assert (minister["title"], minister["kind"]) == ({"en": "Minister of Examples"}, "other")
    assert (minister["holder"]["name"], minister["holder"]["surname"]) == ("Ivan Ivanovich Example", "Example")
    assert (minister["holder"]["since"], minister["emails"][0]["address"]) == (None, "info@ministry.example.org")
    assert (member["kind"], member["holder"]["gender"]) == ("member_of_parliament", "unknown")
    assert member["emails"] == [{"address": "ivan@chamber.example.org", "dead": False, "why": None}]


async def test_a_file_that_comes_again_changes_nothing_and_two_of_one_name_are_two(
    organiser: AsyncClient, database: Database
) -> None:
    await take_in(organiser, "popolo", json.dumps(popolo()).encode(), SETTINGS)
    assert counts(await take_in(organiser, "popolo", json.dumps(popolo()).encode(), SETTINGS)) == {"unchanged": 2}
    namesake = popolo()
    namesake["memberships"][1]["person_id"] = "p2"  # of the same name, and not the same man
    assert counts(await take_in(organiser, "popolo", json.dumps(namesake).encode(), SETTINGS)) == {
        "updated": 1,
        "unchanged": 1,
    }
    assert await how_many(database, "official") == 3


@on_one_database
@pytest.mark.parametrize(
    ("overrides", "column"),
    [
        ({"memberships": [{"person_id": each, "post_id": "minister"} for each in ("p1", "p2")]}, "holder"),
        ({"memberships": [{"person_id": "nobody", "post_id": "minister"}]}, "holder"),
        ({"organizations": [], "memberships": []}, "channels"),
        ({"posts": [{"label": "Minister"}], "memberships": []}, "external_id"),
        ({"posts": [{"id": "x", "contact_details": email("info@ministry.example.org")}], "memberships": []}, "title"),
    ],
)  # fmt: skip
async def test_what_cannot_be_an_office_is_refused_by_name(
    organiser: AsyncClient, overrides: dict[str, Any], column: str
) -> None:
    told = await take_in(organiser, "popolo", json.dumps(popolo(**overrides)).encode(), SETTINGS + "&dry_run=true")
    assert column in {found for _, found, _ in refusals(told)}


async def test_without_a_country_the_report_says_what_to_set(organiser: AsyncClient) -> None:
    told = await take_in(organiser, "popolo", json.dumps(popolo()).encode(), "?dry_run=true")
    assert {column for _, column, _ in refusals(told)} == {"country", "languages"}


@on_one_database
@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b"{", b'{"persons": 1}', b'{"posts": ["x"]}', b'{"a": 1, "a": 2}', b'{"posts": NaN}',
        b"[" * 100_000, b"\xff\xfe{",
    ],
)  # fmt: skip
async def test_what_is_no_popolo_is_refused(organiser: AsyncClient, database: Database, content: bytes) -> None:
    problem(await organiser.post(f"{API}/imports/popolo{SETTINGS}", content=content), 422)
    assert await how_many(database, "office") == 0
