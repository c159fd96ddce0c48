"""Offices: how they are reached is for organisers only."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from httpx import AsyncClient

from tests.conftest import on_one_database
from tests.factories import API, draft, embassy, office, post, published, submission
from tests.routers.test_campaigns import walk
from tests.steps import LETTERS, get, hand_in, patch, problem, receipt

ADDRESSES = {
    "channels": ["email", "post", "web_form"],
    "emails": [{"address": "secret-desk@by.example.org"}, {"address": "old-desk@by.example.org", "dead": True}],
    "postal_address": "Hidden Lane 7\nExampletown",
    "web_form_url": "https://hidden-form.example.org/",
    "salutations": {"en": "Hidden salutation,"},
}
HIDDEN = ("secret-desk", "old-desk", "Hidden Lane", "hidden-form", "Hidden salutation", "channels")


async def test_nobody_without_a_key_and_no_other_organisation_writes(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    path = f"{API}/officials/{(await post(organiser, '/officials', office()))['id']}"
    problem(await client.post(f"{API}/officials", json=office()), 401)
    for visitor, status in ((client, 401), (stranger, 404)):
        problem(await visitor.patch(path, json={"in_use": False}), status)
        problem(await visitor.delete(path), status)
    problem(await client.get(f"{API}/officials/{uuid.uuid4()}"), 404)
    problem(await client.get(f"{API}/officials/not-an-id"), 422)
    assert (await client.get(path)).json()["in_use"] is True


async def test_addresses_are_shown_to_organisers_only(client: AsyncClient, organiser: AsyncClient) -> None:
    made = await published(organiser, offices=[office(**ADDRESSES)])
    one = f"/officials/{made['offices'][0]}"
    _, token = await hand_in(client)
    for path in ("/officials", one, "/campaigns/free-ada", "/campaigns/free-ada/officials?country=DE"):
        text = (await client.get(API + path)).text
        assert "Prosecutor General" in text or "free-ada" in text
        assert not [each for each in HIDDEN if each in text]
    assert "by.example.org" not in str(await receipt(client, token))
    assert "by.example.org" not in (await client.get(f"/confirm/{token}")).text

    shown = await get(organiser, one)
    assert shown["emails"] == [{"dead": False, "why": None} | each for each in ADDRESSES["emails"]]  # type: ignore[attr-defined]
    assert shown["postal_address"] == ADDRESSES["postal_address"]
    assert shown["holder"]["name"] == "Pavel Prosecutor"


async def test_an_office_is_written_changed_and_deleted(client: AsyncClient, organiser: AsyncClient) -> None:
    made = await organiser.post(f"{API}/officials", json=embassy())
    assert made.status_code == 201
    path = f"{API}/officials/{made.json()['id']}"
    etag = made.headers["ETag"]

    changed = await organiser.patch(path, json={"accredited_to": ["FR"]}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["accredited_to"]) == (200, ["FR"])
    problem(await organiser.patch(path, json={"in_use": False}, headers={"If-Match": etag}), 412)
    for name in ("kind", "country", "title", "languages", "channels", "emails", "salutations", "in_use"):
        problem(await organiser.patch(path, json={name: None}), 422, pointer=f"/{name}")
    wrong = {
        "emails": [{"address": "one@example.org, two@example.org"}],
        "web_form_url": "https://form.example.org/\u0000",
        "postal_address": "x\u202ey",
        "channels": ["fax"],
        "holder": {"name": "Z. Z.", "since": "2024-02-02", "until": "2024-02-01"},
    }
    for name, value in wrong.items():
        problem(await organiser.patch(path, json={name: value}), 422)
    assert (await client.get(path)).json()["accredited_to"] == ["FR"]

    assert (await organiser.delete(path)).status_code == 204
    problem(await client.get(path), 404)


@on_one_database
@pytest.mark.parametrize("salutation", ["Dear {name},", "Dear {{ surname }},", "Dear {surname", "Dear {SURNAME},"])
async def test_a_salutation_with_a_placeholder_that_nobody_fills_is_refused(
    organiser: AsyncClient, salutation: str
) -> None:
    refused = await organiser.post(f"{API}/officials", json=office(salutations={"en": salutation}))
    problem(refused, 422, pointer="/salutations/en")
    assert "{surname}" in refused.text

    made = await post(organiser, "/officials", office(salutations={"en": "Dear Mr {surname},"}))
    changed = await organiser.patch(f"{API}/officials/{made['id']}", json={"salutations": {"en": salutation}})
    problem(changed, 422, pointer="/salutations/en")


@pytest.mark.parametrize("zone", ["Europe/Minskk", "Mars", "", ".", "Europe", "../Europe/Minsk", "/etc/passwd", "\x00"])
async def test_hours_in_a_time_zone_that_nobody_knows_are_refused(organiser: AsyncClient, zone: str) -> None:
    told = await organiser.post(f"{API}/officials", json=office(open_hours={"timezone": zone}))
    problem(told, 422, pointer="/open_hours/timezone")


async def test_of_changes_made_at_once_from_one_revision_one_is_taken(organiser: AsyncClient) -> None:
    made = await organiser.post(f"{API}/officials", json=office())
    path, headers = f"{API}/officials/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    changes = ({"note": f"Change {n}"} for n in range(8))
    answers = await asyncio.gather(*(organiser.patch(path, json=change, headers=headers) for change in changes))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_a_new_holder_ends_the_time_of_the_one_before(client: AsyncClient, organiser: AsyncClient) -> None:
    made = await post(organiser, "/officials", office())
    path = f"{API}/officials/{made['id']}"
    changed = await patch(organiser, f"/officials/{made['id']}", holder={"name": "Vera Prosecutor", "gender": "female"})
    today = datetime.now(UTC).date().isoformat()
    assert (changed["holder"]["name"], changed["holder"]["since"]) == ("Vera Prosecutor", today)
    assert (await client.get(path)).json()["holder"]["name"] == "Vera Prosecutor"
    for since in ("0001-01-01", "2000-01-01"):
        problem(await organiser.patch(path, json={"holder": {"name": "Z. Z.", "since": since}}), 422)


async def test_an_office_that_is_named_cannot_be_deleted(client: AsyncClient, organiser: AsyncClient) -> None:
    made = await draft(organiser)
    problem(await organiser.delete(f"{API}/officials/{made['offices'][0]}"), 409)
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    answer, _ = await hand_in(client)
    for letter in answer["letters"]:
        problem(await organiser.delete(f"{API}/officials/{letter['office_id']}"), 409)
        assert (await client.get(f"{API}/officials/{letter['office_id']}")).json()["holder"]
    assert len((await post(client, f"{LETTERS}/preview", submission(), status=200))["letters"]) == 2


async def test_pages_show_every_office_once_and_filters_hold(client: AsyncClient, organiser: AsyncClient) -> None:
    one = (await post(organiser, "/officials", office()))["id"]
    two = (await post(organiser, "/officials", embassy(country="RU")))["id"]
    three = (await post(organiser, "/officials", embassy(accredited_to=["FR"], languages=["fr", "en"])))["id"]

    assert await walk(client, "/officials?limit=1") == [three, two, one]
    assert await walk(client, "/officials?limit=2") == [three, two, one]
    assert await walk(client, "/officials?country=BY") == [three, one]
    assert await walk(client, "/officials?kind=prosecutor_general") == [one]
    assert await walk(client, "/officials?accredited_to=DE") == [two]
    assert await walk(client, "/officials?language=en") == [three, one]
    problem(await client.get(f"{API}/officials?kind=king"), 422, pointer="?kind")
