"""Officials as Popolo: who held which post in which organization, and how to reach it for organisers only."""

from httpx import AsyncClient

from tests.factories import API, embassy, office, post
from tests.steps import get, patch, problem

INSTITUTION = {"en": "General Prosecutor's Office", "de": "Generalstaatsanwaltschaft"}


async def test_how_an_office_is_reached_is_for_organisers(client: AsyncClient, organiser: AsyncClient) -> None:
    problem(await client.get(f"{API}/popolo?kind=king"), 422, pointer="?kind")
    await post(organiser, "/officials", office(postal_address="Street 1\nTown"))
    assert "example.org" not in (await client.get(f"{API}/popolo")).text
    (shown,) = (await get(organiser, "/popolo"))["posts"]
    assert shown["contact_details"] == [
        {"type": "email", "value": "prosecutor@by.example.org"},
        {"type": "address", "value": "Street 1\nTown"},
    ]


async def test_persons_hold_posts_in_organizations_one_after_another(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    made = await post(organiser, "/officials", office(institution=INSTITUTION))
    await post(organiser, "/officials", office(institution=INSTITUTION, kind="other", holder=None))
    await patch(organiser, f"/officials/{made['id']}", holder={"name": "Nina Next", "since": "2026-02-01"})
    found = await get(client, "/popolo?country=BY")
    assert [each["name"] for each in found["persons"]] == ["Pavel Prosecutor", "Nina Next"]
    assert found["persons"][0]["gender"] == "male"
    assert "gender" not in found["persons"][1]
    (organization,) = found["organizations"]
    assert organization["other_names"][1] == {"name": "Generalstaatsanwaltschaft", "lang": "de"}
    assert {each["organization_id"] for each in found["posts"]} == {organization["id"]}
    first, second = found["memberships"]
    assert (first["post_id"], first["end_date"]) == (made["id"], "2026-01-31")
    assert (second["person_id"], second["start_date"]) == (found["persons"][1]["id"], "2026-02-01")
    assert "end_date" not in second


async def test_pages_follow_each_other(client: AsyncClient, organiser: AsyncClient) -> None:
    for _ in range(2):
        await post(organiser, "/officials", embassy())
    first = await get(client, "/popolo?limit=1")
    second = await get(client, f"/popolo?limit=1&cursor={first['next_cursor']}")
    assert first["posts"][0]["id"] != second["posts"][0]["id"]
    assert second["next_cursor"] is None
