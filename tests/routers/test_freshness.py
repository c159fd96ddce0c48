"""What is public is read with a tag: who has it already gets a 304, and nobody gets what is out of date."""

import pytest
from httpx import AsyncClient

from tests.factories import API, office, published
from tests.steps import get, hand_in, patch, write

PAGES = ["/campaigns/free-ada", "/prisoners/ada-prisoner", "/campaigns/free-ada/stats"]


@pytest.mark.parametrize("path", PAGES)
async def test_who_has_it_already_gets_a_304(client: AsyncClient, organiser: AsyncClient, path: str) -> None:
    await published(organiser)
    first = await client.get(API + path)
    assert first.status_code == 200
    names_somebody = not path.endswith("/stats")
    assert first.headers["cache-control"] == ("public, no-cache" if names_somebody else "public, max-age=2")
    assert first.headers["vary"] == ("Authorization" if names_somebody else "Authorization, Accept")

    for tag in (first.headers["etag"], f'"other", {first.headers["etag"]}', "*"):
        again = await client.get(API + path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert [again.headers[name] for name in ("etag", "vary")] == [first.headers[name] for name in ("etag", "vary")]
    assert (await client.get(API + path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_change_is_seen_at_once(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    tags = {path: (await client.get(API + path)).headers["etag"] for path in PAGES}

    await patch(organiser, "/prisoners/ada-prisoner", status="released")
    await patch(organiser, "/prisoners/ada-prisoner", status="detained")
    await patch(organiser, "/prisoners/ada-prisoner", occupation={"en": "nurse"})
    await patch(organiser, "/campaigns/free-ada", goal=7)
    await hand_in(client)

    for path, tag in tags.items():
        answer = await client.get(API + path, headers={"If-None-Match": tag})
        assert answer.status_code == 200, path
        assert answer.headers["etag"] != tag


@pytest.mark.parametrize("path", PAGES[:2])
async def test_what_an_organiser_sees_is_kept_by_nobody_else(
    client: AsyncClient, organiser: AsyncClient, path: str
) -> None:
    await published(organiser)
    answer = await organiser.get(API + path)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"] == "Authorization"
    assert answer.headers["etag"] == f'"{answer.json()["revision"]}"'
    assert "revision" not in await get(client, path)


async def test_what_is_a_supporters_own_is_kept_by_no_cache_and_on_no_disk(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    by_post = office(channels=["post"], postal_address="Main Street 1\nExampletown")
    await published(organiser, offices=[by_post], embassies_of=[])
    answer, token = await write(client)
    letter = f"/receipts/{token}/letters/{answer['letters'][0]['id']}"
    for path in (f"{API}/receipts/{token}", f"{API}{letter}.txt", f"{API}{letter}.pdf", f"/confirm/{token}"):
        shown = await client.get(path)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")


async def test_numbers_are_the_same_by_the_quick_way_and_by_the_usual(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)
    await hand_in(client)
    quick, usual = await get(client, PAGES[2]), await get(client, f"{PAGES[2]}?from=2020-01-01")
    assert quick | {"as_of": ""} == usual | {"as_of": ""}
    assert (await client.get(f"{API}{PAGES[2]}?by=nothing")).status_code == 422
