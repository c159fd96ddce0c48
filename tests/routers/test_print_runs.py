"""Print runs: organisers print letters by post together, post them, and take that back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.database import Database
from app.models.columns import now
from app.services import scrub
from app.services.team import organisers
from tests.factories import API, PARAGRAPH, office, post, published
from tests.printed import archived, pages, words
from tests.steps import differences, everything_stored, get, patch, problem, receipt, somebody, standing, stats, write

RUNS = "/campaigns/free-ada/print-runs"
BY_POST = {"channels": ["post"], "postal_address": "Main Street 1\n220030 Exampletown"}
COURT = {**BY_POST, "kind": "court_president", "title": {"en": "President of the Court"}, "languages": ["en"]}


async def ready(organiser: AsyncClient, client: AsyncClient, *names: str, **options: Any) -> list[tuple[Any, str]]:
    """Letters by post of these people, confirmed and ready; their answers and tokens."""
    await published(organiser, **{"offices": [office(**BY_POST)], "embassies_of": [], **options})
    return [await write(client, supporter=somebody(name)) for name in names]


async def make(organiser: AsyncClient, **body: Any) -> Any:
    return await post(organiser, RUNS, body)


async def fetched(organiser: AsyncClient, run: Any) -> bytes:
    answer = await organiser.get(f"{API}/print-runs/{run['id']}.pdf")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


@pytest.fixture
async def stranger(app: FastAPI, database: Database) -> Any:
    """An organiser of another organisation."""
    async with database.transaction() as session:
        key = await organisers.create(session, organisation="Others", name="Otto Organiser")
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers) as opened:
        yield opened


async def test_print_runs_are_for_their_own_organisation_only(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await ready(organiser, client, "alex")
    run = await make(organiser)
    own = f"{API}/print-runs/{run['id']}"

    for path in (own, f"{own}.pdf", API + RUNS):
        problem(await client.get(path), 401)
        problem(await stranger.get(path), 404)
    for path in (f"{own}/posted", f"{own}/undo"):
        problem(await client.post(path), 401)
        problem(await stranger.post(path), 404)
    problem(await client.post(API + RUNS, json={}), 401)
    problem(await stranger.post(API + RUNS, json={}), 404)
    for path in (f"{API}/print-runs/{uuid.uuid4()}", f"{API}/print-runs/{uuid.uuid4()}.pdf"):
        problem(await organiser.get(path), 404)
    assert standing(await stats(client)) == {"printed": 1}


async def test_what_cannot_be_printed_is_refused_and_changes_nothing(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await ready(organiser, client)
    problem(await organiser.post(API + RUNS, json={}), 409)
    for body, pointer in (
        ({"limit": 0}, "/limit"),
        ({"limit": 1_001}, "/limit"),
        ({"paper": "a5"}, "/paper"),
        ({"country": "XX"}, "/country"),
        ({"office_ids": []}, "/office_ids"),
        ({"letters": 3}, "/letters"),
    ):
        problem(await organiser.post(API + RUNS, json=body), 422, pointer=pointer)
    assert (await get(organiser, RUNS))["items"] == []
    assert await differences(database) == []


async def test_a_run_is_printed_posted_and_taken_back_step_by_step(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await ready(organiser, client, "alex", "kim", "robin")

    run = await make(organiser, limit=2, country="FR")
    assert (run["number"], run["status"], run["letters"], run["withdrawn"]) == (1, "printed", 2, [])
    assert [(each["office"], each["letters"]) for each in run["offices"]] == [("Prosecutor General", 2)]
    assert standing(await stats(client)) == {"printed": 2, "ready": 1}
    assert (await stats(client))["letters_sent"] == 0

    steps = [
        ("posted", {"posted": 2, "ready": 1}, 2),
        ("undo", {"printed": 2, "ready": 1}, 0),
        ("undo", {"ready": 3}, 0),
    ]
    for verb, expected, sent in steps:
        await post(organiser, f"/print-runs/{run['id']}/{verb}", status=200)
        numbers = await stats(client)
        assert (standing(numbers), numbers["letters_sent"]) == (expected, sent)
        assert await differences(database) == []

    undone = await get(organiser, f"/print-runs/{run['id']}")
    assert (undone["status"], undone["letters"]) == ("undone", 0)
    for verb in ("posted", "undo"):
        problem(await organiser.post(f"{API}/print-runs/{run['id']}/{verb}"), 409)
    problem(await organiser.get(f"{API}/print-runs/{run['id']}.pdf"), 409)
    again = await make(organiser)
    assert (again["number"], again["letters"]) == (2, 3)
    assert [each["number"] for each in (await get(organiser, RUNS))["items"]] == [2, 1]


async def test_what_was_posted_is_not_posted_twice(client: AsyncClient, organiser: AsyncClient) -> None:
    await ready(organiser, client, "alex")
    run = await make(organiser)
    await post(organiser, f"/print-runs/{run['id']}/posted", status=200)
    problem(await organiser.post(f"{API}/print-runs/{run['id']}/posted"), 409)
    problem(await organiser.post(API + RUNS, json={}), 409)


async def test_the_pdf_has_a_cover_list_and_each_letter_on_its_page(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await ready(organiser, client, "alex", "kim", offices=[office(**BY_POST), office(**COURT)])
    run = await make(organiser, country="FR")
    pdf = await fetched(organiser, run)
    cover, *letters = pages(pdf)

    told = words(cover.text)
    for expected in (
        "BLR-1 · Free Ada",
        "Print run 1",
        "Prosecutor General Belarus 2",
        "the Court Belarus 2",
    ):
        assert expected in told
    assert len(letters) == 4
    assert archived(pdf)
    for page in letters:
        assert "BIÉLORUSSIE" in page.text
        assert PARAGRAPH in words(page.text)
        assert page.off_the_page == ""
    assert sum("Alex Supporter" in page.text for page in letters) == 2


async def test_the_paper_is_the_organisers_or_else_that_of_the_supporters_country(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await ready(organiser, client, "alex")
    american = {**somebody("kim"), "country": "US"}
    await write(client, supporter=american)

    mixed = await make(organiser)
    assert [round(page.width) for page in pages(await fetched(organiser, mixed))[1:]] == [210, 216]
    await post(organiser, f"/print-runs/{mixed['id']}/undo", status=200)
    own = await make(organiser, country="DE", paper="letter")
    assert {round(page.width) for page in pages(await fetched(organiser, own))} == {216}


async def test_the_same_letters_come_out_again_whatever_changed_since(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await ready(organiser, client, "alex", "kim")
    run = await make(organiser, country="DE")
    before = [page.text for page in pages(await fetched(organiser, run))]
    office_id = run["offices"][0]["office_id"]
    holder = {"name": "Vera Newcomer", "surname": "Newcomer", "gender": "female"}
    await patch(organiser, f"/officials/{office_id}", holder=holder, postal_address="Elsewhere 2")
    await patch(organiser, "/campaigns/free-ada", title={"en": "Another title", "de": "x y", "ru": "x y"})

    assert [page.text for page in pages(await fetched(organiser, run))] == before


async def test_a_run_greets_whoever_holds_the_office_when_it_is_made(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    greeting = {"salutations": {"en": "Dear {surname},"}, "languages": ["en"]}
    await ready(organiser, client, "alex", offices=[office(**{**BY_POST, **greeting})])
    first = await make(organiser)
    assert "Dear Prosecutor," in words(pages(await fetched(organiser, first))[1].text)
    office_id = first["offices"][0]["office_id"]
    await post(organiser, f"/print-runs/{first['id']}/undo", status=200)

    holder = {"name": "Vera Newcomer", "surname": "Newcomer", "gender": "female"}
    await patch(organiser, f"/officials/{office_id}", holder=holder)
    second = await make(organiser)

    assert "Dear Newcomer," in words(pages(await fetched(organiser, second))[1].text)


async def test_only_the_offices_that_are_asked_for(client: AsyncClient, organiser: AsyncClient) -> None:
    await ready(organiser, client, "alex", offices=[office(**BY_POST), office(**COURT)])
    offices = (await get(organiser, "/officials"))["items"]
    court = next(each["id"] for each in offices if each["kind"] == "court_president")

    run = await make(organiser, office_ids=[court])

    assert [each["office_id"] for each in run["offices"]] == [court]
    assert standing(await stats(client)) == {"printed": 1, "ready": 1}


async def test_letters_past_a_closed_gate_are_not_printed(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await ready(organiser, client, "alex", offices=[office(**COURT), office(**BY_POST)])
    offices = (await get(organiser, "/officials"))["items"]
    court = next(each["id"] for each in offices if each["kind"] == "court_president")
    await patch(organiser, f"/officials/{court}", in_use=False)

    run = await make(organiser, limit=1)  # the letters to the court come first, and keep nobody waiting
    assert [each["office"] for each in run["offices"]] == ["Prosecutor General"]
    problem(await organiser.post(API + RUNS, json={}), 409)

    await post(organiser, "/campaigns/free-ada/pause", status=200)
    problem(await organiser.post(API + RUNS, json={}), 409, reason="campaign_paused")
    problem(await organiser.get(f"{API}/print-runs/{run['id']}.pdf"), 409, reason="campaign_paused")
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await patch(organiser, "/prisoners/ada-prisoner", status="released")
    problem(await organiser.get(f"{API}/print-runs/{run['id']}.pdf"), 404)
    assert await differences(database) == []


async def test_a_run_that_is_undone_after_the_campaign_has_closed_leaves_nothing_ready(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await ready(organiser, client, "alex")
    run = await make(organiser)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)

    await post(organiser, f"/print-runs/{run['id']}/undo", status=200)

    assert standing(await stats(client)) == {"cancelled": 1}
    assert await differences(database) == []


async def test_who_cancels_is_taken_out_of_the_run(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    written = await ready(organiser, client, "alex", "kim", "robin")
    run = await make(organiser)
    before = [words(page.text) for page in pages(await fetched(organiser, run))[1:]]
    _, token = written[1]
    await post(client, f"/receipts/{token}/cancel", status=200)

    shown = await get(organiser, f"/print-runs/{run['id']}")
    assert (shown["letters"], len(shown["withdrawn"])) == (2, 1)
    assert "Kim Supporter" in before[shown["withdrawn"][0] - 1]
    assert "Kim" not in "".join(page.text for page in pages(await fetched(organiser, run)))
    await post(organiser, f"/print-runs/{run['id']}/posted", status=200)
    assert standing(await stats(client)) == {"posted": 2, "cancelled": 1}
    assert await differences(database) == []


async def test_who_is_erased_leaves_nothing_in_the_run(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    ((_, token),) = await ready(organiser, client, "alex")
    run = await make(organiser)
    assert (await client.delete(f"{API}/receipts/{token}")).status_code == 204

    shown = await get(organiser, f"/print-runs/{run['id']}")
    assert (shown["letters"], shown["withdrawn"]) == (0, [1])
    problem(await organiser.get(f"{API}/print-runs/{run['id']}.pdf"), 404)
    assert "Alex" not in await everything_stored(database)
    assert standing(await stats(client)) == {"cancelled": 1}
    assert await differences(database) == []


async def test_the_supporter_sees_that_it_is_posted_for_them_and_has_nothing_to_do(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    ((answer, token),) = await ready(organiser, client, "alex")
    letter = f"{API}/receipts/{token}/letters/{answer['letters'][0]['id']}"
    run = await make(organiser, country="DE")
    text = (await receipt(client, token))["letters"][0]
    assert (text["stage"], text["posted_for_you"]) == ("printed", True)
    assert words(text["body"].split("\n\n")[1]) in words(pages(await fetched(organiser, run))[1].text)

    for stage in ("printed", "posted"):
        for verb in ("posted", "undo"):
            problem(await client.post(f"{letter}/{verb}"), 409)
        page = (await client.get(f"/confirm/{token}")).text
        assert "/posted" not in page
        assert "/undo" not in page
        if stage == "printed":
            await post(organiser, f"/print-runs/{run['id']}/posted", status=200)


async def test_the_texts_of_a_run_are_forgotten_with_its_supporters(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await ready(organiser, client, "alex")
    run = await make(organiser)
    await post(organiser, f"/print-runs/{run['id']}/posted", status=200)

    await scrub.run(database, at=now() + timedelta(days=182))

    shown = await get(organiser, f"/print-runs/{run['id']}")
    assert (shown["letters"], shown["offices"], shown["status"]) == (1, [], "posted")
    assert (await stats(client))["letters_sent"] == 1
    assert PARAGRAPH not in await everything_stored(database)
