"""Statements of the family, and what others have published: shown only where that is agreed."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.models.news_item import LONGEST_EXCERPT
from tests.conftest import on_one_database
from tests.factories import API, post, prisoner, published
from tests.routers.test_campaigns import walk
from tests.steps import get, patch, problem

ADA = "/prisoners/ada-prisoner"
SAID = {"author": "Her sister", "said_on": "2026-01-02", "text": {"en": "We miss her.", "ru": "Мы скучаем."}}
ITEM = {
    "title": "A teacher is sentenced",
    "publisher": "Example News",
    "published_on": "2026-05",
    "url": "https://news.example.org/1",
    "excerpt": "The court took ten minutes.",
}


async def test_nobody_without_a_key_and_no_other_organisation_writes(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await post(organiser, "/prisoners", prisoner())
    for visitor, status in ((client, 401), (stranger, 404)):
        problem(await visitor.post(f"{API}{ADA}/statements", json=SAID), status)
        problem(await visitor.post(f"{API}{ADA}/news-items", json=ITEM), status)


async def test_a_statement_is_public_from_the_consent_on_and_until_it_is_taken_back(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await post(organiser, "/prisoners", prisoner())
    made = await post(organiser, f"{ADA}/statements", SAID)
    path = f"{ADA}/statements/{made['id']}"

    async def seen(visitor: AsyncClient) -> list[Any]:
        return [each["author"] for each in (await get(visitor, f"{ADA}/statements"))["items"]]

    assert [await seen(each) for each in (client, stranger, organiser)] == [[], [], ["Her sister"]]
    await patch(organiser, path, consented_on="2026-01-03")
    assert await seen(client) == await seen(stranger) == ["Her sister"]
    assert (await get(client, f"{ADA}/statements"))["items"][0]["text"] == SAID["text"]
    await patch(organiser, path, consented_on=None)
    assert await seen(client) == []
    wrong: dict[str, Any] = {"author": None, "text": {}, "said_on": "2999-01-01", "consented_on": "2999"}
    for field, value in wrong.items():
        problem(await organiser.patch(API + path, json={field: value}), 422, pointer=f"/{field}")
    assert (await organiser.delete(API + path)).status_code == 204
    problem(await organiser.patch(API + path, json={}), 404)


@on_one_database
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("url", "http://news.example.org/1"),
        ("url", "ftp://news.example.org/1"),
        ("published_on", "2999"),
        ("excerpt", "x" * (LONGEST_EXCERPT + 1)),
        ("publisher", ""),
    ],
)
async def test_a_news_item_that_cannot_be_is_refused(
    client: AsyncClient, organiser: AsyncClient, field: str, wrong: str
) -> None:
    await post(organiser, "/prisoners", prisoner())
    problem(await organiser.post(f"{API}{ADA}/news-items", json={**ITEM, field: wrong}), 422, pointer=f"/{field}")
    assert (await get(client, f"{ADA}/news-items"))["items"] == []


async def test_news_items_stand_with_the_prisoner_and_with_the_campaign(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)
    ids = [(await post(organiser, f"{ADA}/news-items", {**ITEM, "title": f"Item {n}"}))["id"] for n in range(3)]
    for place in (ADA, "/campaigns/free-ada"):
        assert await walk(client, f"{place}/news-items?limit=2") == ids[::-1]
    page = await get(client, "/campaigns/free-ada/news-items")
    assert page["items"][2] == {**ITEM, "title": "Item 0", "language": "en", "prisoner": "ada-prisoner", "id": ids[0]}
    assert (await organiser.delete(f"{API}{ADA}/news-items/{ids[0]}")).status_code == 204
    problem(await organiser.delete(f"{API}{ADA}/news-items/{ids[0]}"), 404)


async def test_who_recognises_a_prisoner_is_shown(client: AsyncClient, organiser: AsyncClient) -> None:
    by = [{"organisation": "Example Rights", "recognised_on": "2021-03", "url": "https://rights.example.org/ada"}]
    await post(organiser, "/prisoners", prisoner(recognised_by=by))
    assert (await get(client, ADA))["recognised_by"] == by
    for field, wrong in (("url", "http://rights.example.org/"), ("recognised_on", "2999")):
        refused = await organiser.patch(API + ADA, json={"recognised_by": [{**by[0], field: wrong}]})
        problem(refused, 422, pointer=f"/recognised_by/0/{field}")
    await patch(organiser, ADA, recognised_by=[])
    assert (await get(client, ADA))["recognised_by"] == []


async def test_figures_keep_their_history_and_the_newest_count_comes_first(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    figure = {
        "country": "BY",
        "number": 1349,
        "as_of": "2024-09",
        "source_title": "Example Rights",
        "source_url": "https://rights.example.org/list",
    }
    problem(await client.post(f"{API}/figures", json=figure), 401)
    made = await post(organiser, "/figures", figure)
    for number, as_of in ((1200, "2023-11-05"), (1400, "2024-09-30"), (900, "2023")):
        await post(organiser, "/figures", {**figure, "number": number, "as_of": as_of})
    await post(organiser, "/figures", {**figure, "country": "RU", "number": 700})

    shown = (await get(client, "/figures?country=BY"))["items"]
    assert [each["number"] for each in shown] == [1400, 1349, 1200, 900]
    assert shown[1] == {**figure, "id": made["id"]}
    assert (await get(client, "/figures?country=BY&limit=1"))["items"][0]["as_of"] == "2024-09-30"
    everywhere = [each["id"] for each in (await get(client, "/figures"))["items"]]
    assert len(everywhere) == 5
    assert await walk(client, "/figures?limit=2") == everywhere

    wrong = {"as_of": "2999", "number": -1, "source_url": "http://rights.example.org", "country": "XX"}
    for field, value in wrong.items():
        problem(await organiser.post(f"{API}/figures", json={**figure, field: value}), 422, pointer=f"/{field}")
    problem(await stranger.delete(f"{API}/figures/{made['id']}"), 404)
    assert (await organiser.delete(f"{API}/figures/{made['id']}")).status_code == 204
    assert len((await get(client, "/figures"))["items"]) == 4
    assert [each["deed"] for each in await audited(organiser)] == ["created"] * 5 + ["deleted"]


async def test_a_slip_in_a_figure_is_put_right_by_who_entered_it_and_the_audit_keeps_what_stood_there(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    source = {"source_title": "Example Rights", "source_url": "https://rights.example.org/list"}
    made = await post(organiser, "/figures", {"country": "BY", "number": 1394, "as_of": "2024-09", **source})
    path = f"/figures/{made['id']}"
    problem(await client.patch(API + path, json={"number": 1}), 401)
    problem(await stranger.patch(API + path, json={"number": 1}), 404)
    for field, wrong in {"as_of": "2999", "number": None, "source_url": "http://x", "country": "XX", "no": 1}.items():
        problem(await organiser.patch(API + path, json={field: wrong}), 422, pointer=f"/{field}")

    corrected = await patch(organiser, path, number=1349)

    assert corrected == {**made, "number": 1349}
    assert (await get(client, "/figures?country=BY"))["items"] == [corrected]
    assert (await audited(organiser))[-1]["changes"] == {"number": {"from": 1394, "to": 1349}}


async def test_a_news_item_and_a_statement_are_put_right(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await post(organiser, "/prisoners", prisoner())
    item = await post(organiser, f"{ADA}/news-items", ITEM)
    said = await post(organiser, f"{ADA}/statements", SAID | {"consented_on": "2026-01-03"})
    of_item, of_said = f"{ADA}/news-items/{item['id']}", f"{ADA}/statements/{said['id']}"
    for path in (of_item, of_said):
        problem(await client.patch(API + path, json={}), 401)
        problem(await stranger.patch(API + path, json={}), 404)
    problem(await organiser.patch(API + of_item, json={"title": None}), 422, pointer="/title")
    long = "x" * (LONGEST_EXCERPT + 1)
    problem(await organiser.patch(API + of_item, json={"excerpt": long}), 422, pointer="/excerpt")
    problem(await organiser.patch(API + of_said, json={"author": None}), 422, pointer="/author")

    assert await patch(organiser, of_item, title="Mended", excerpt=None) == {**item, "title": "Mended", "excerpt": None}
    assert await patch(organiser, of_said, author="Her brother") == {**said, "author": "Her brother"}
    assert (await get(client, f"{ADA}/news-items"))["items"][0]["title"] == "Mended"
    assert (await get(client, f"{ADA}/statements"))["items"][0]["author"] == "Her brother"


async def audited(organiser: AsyncClient) -> list[Any]:
    found: list[Any] = (await get(organiser, "/audit?kind=figure"))["items"]
    return found[::-1]
