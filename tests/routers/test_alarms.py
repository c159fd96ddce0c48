"""What happens to a prisoner changes the letters: an alarm makes them urgent, a release stops them."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.conftest import on_one_database
from tests.factories import API, campaign, office, post, prisoner, published, submission
from tests.steps import LETTERS, get, problem

URGENT = {
    "dringend",
    "unverzüglich",
    "umgehend",
    "rasch",
    "eile",
    "aufschub",
    "drängt",
    "verzug",
    "bald",
    "verzögerung",
}
ALARM = {"kind": "health", "happened_on": "2026-11-20", "note": "Taken to the prison's hospital."}


async def texts(client: AsyncClient) -> str:
    """What twenty people would write to the ambassador, in German."""
    found = ""
    for n in range(20):
        body = submission(language="de", supporter={"email": f"sam{n}@supporter.example.org"}, paragraph=None)
        found += (await post(client, f"{LETTERS}/preview", body, status=200))["letters"][1]["body"]
    return found.lower()


async def test_a_health_alarm_lets_the_urgent_texts_lead(client: AsyncClient, organiser: AsyncClient) -> None:
    shown = await published(organiser)
    before = await texts(client)

    await post(organiser, "/prisoners/ada-prisoner/events", ALARM)

    now: Any = await get(organiser, "/campaigns/free-ada")
    assert now["urgent"] is True
    assert now["brief_id"] != shown["brief_id"]
    after = await texts(client)
    assert sum(word in after for word in URGENT) > sum(word in before for word in URGENT)


async def test_an_alarm_changes_nothing_else_in_what_is_published(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    await organiser.patch(f"{API}/campaigns/free-ada", json={"demands": {"ru": ["что-то другое"]}})

    await post(organiser, "/prisoners/ada-prisoner/events", ALARM)

    letter = (await post(client, f"{LETTERS}/preview", submission(), status=200))["letters"][0]
    assert "что-то другое" not in letter["body"]
    assert "the immediate release of Ada Prisoner" in letter["body"]


async def test_an_alarm_leaves_campaigns_about_others_and_closed_ones_alone(organiser: AsyncClient) -> None:
    await published(organiser)
    await post(organiser, "/prisoners", prisoner(slug="bob-prisoner", name="Bob Prisoner"))
    one = await post(organiser, "/officials", office())
    await post(organiser, "/campaigns", campaign(slug="free-bob", prisoners=["bob-prisoner"], offices=[one["id"]]))
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "none"}, status=200)

    await post(organiser, "/prisoners/ada-prisoner/events", ALARM)

    for slug in ("free-ada", "free-bob"):
        assert (await get(organiser, f"/campaigns/{slug}"))["urgent"] is False


@pytest.mark.parametrize("kind", ["release", "death"])
async def test_nobody_writes_for_the_released_and_the_dead(
    client: AsyncClient, organiser: AsyncClient, kind: str
) -> None:
    await published(organiser)

    await post(organiser, "/prisoners/ada-prisoner/events", {"kind": kind, "happened_on": "2026-11-20"})

    refused = await client.post(f"{API}{LETTERS}/preview", json=submission())
    assert problem(refused, 409)["reason"] == "prisoner_free_or_dead"


async def test_organisers_see_which_case_forms_letters_will_use(organiser: AsyncClient) -> None:
    made = await post(
        organiser,
        "/prisoners",
        prisoner(
            gender="female",
            names={"ru": "Мария Колесникова", "uk": "Марія Колеснікова"},
            cases={"ru": {"genitive": "Марии К."}, "uk": {"genitive": "Марії Колеснікової"}},
        ),
    )

    assert made["declined"]["ru"]["genitive"] == {"form": "Марии К.", "by": "stored"}
    assert made["declined"]["ru"]["dative"] == {"form": "Марии Колесниковой", "by": "rule"}
    nominative = {"form": "Марія Колеснікова", "by": "nominative"}  # such sentences are said otherwise
    stored = {"form": "Марії Колеснікової", "by": "stored"}
    assert made["declined"]["uk"] == {"genitive": stored, "accusative": nominative}
    assert set(made["declined"]) == {"ru", "uk"}


@on_one_database
@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("supporter", {"name": "A" + "\u0301" * 60}, "/supporter/name"),
        ("supporter", {"name": "\u202eecilA"}, "/supporter/name"),
        ("paragraph", "\u202e\u202d" * 200, "/paragraph"),
        ("role", "as a \u202enurse", "/role"),
        ("role", "as www.evil.example", "/role"),
        ("text", "See https://evil.example for everything.", "/text"),
    ],
)
async def test_hidden_and_hostile_characters_are_refused_wherever_supporters_write(
    client: AsyncClient, organiser: AsyncClient, field: str, value: Any, pointer: str
) -> None:
    await published(organiser, own_text="whole")

    problem(await client.post(f"{API}{LETTERS}", json=submission(**{field: value})), 422, pointer=pointer)


@on_one_database
@pytest.mark.parametrize("hostile", ["{{7*7}}", "{0.__class__}", "{role}", "{offices}", "{surname}", "{address}"])
async def test_expressions_stay_literal_in_every_field_of_a_supporter(
    client: AsyncClient, organiser: AsyncClient, hostile: str
) -> None:
    await published(organiser, name_copies=True, privacy="full_address")
    who = {"name": f"Sam {hostile}", "city": f"B {hostile}", "street": f"S {hostile}", "postcode": f"1 {hostile}"}
    body = submission(supporter=who, role=f"as a {hostile}", paragraph=f"I think {hostile} is wrong.")

    letter = (await post(client, f"{LETTERS}/preview", body, status=200))["letters"][0]["body"]

    assert f"I write to you as a {hostile}." in letter or letter.startswith("Уважаемый")
    for said in (f"I think {hostile} is wrong.", f"Sam {hostile}\n", f"S {hostile}\n", f"1 {hostile} B {hostile}\n"):
        assert said in letter


async def test_a_language_that_nobody_has_falls_back_to_one_that_the_office_takes(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)

    letters = (await post(client, f"{LETTERS}/preview", submission(language="tlh"), status=200))["letters"]

    assert [letter["language"] for letter in letters] == ["ru", "de"]


async def test_an_office_without_any_name_is_refused(organiser: AsyncClient) -> None:
    problem(await organiser.post(f"{API}/officials", json=office(title={})), 422, pointer="/title")


async def test_a_prisoner_with_one_name_in_one_script_is_named_so_in_every_language(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)
    await organiser.patch(f"{API}/prisoners/ada-prisoner", json={"name": "阿达", "names": {}, "cases": {}})
    await post(organiser, "/campaigns/free-ada/publish", status=200)

    letters = (await post(client, f"{LETTERS}/preview", submission(language="de"), status=200))["letters"]

    assert [letter["language"] for letter in letters] == ["ru", "de"]
    assert all("阿达" in letter["subject"] for letter in letters)
