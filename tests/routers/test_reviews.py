"""Two-person review: what one wrote leaves when another has approved these very words."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.database import Database
from app.models.organisation import Role
from tests.factories import API, draft, post, published, submission
from tests.people import bearing, person, token_of
from tests.steps import get, patch, problem

REVIEW = "/campaigns/free-ada/review"
EVE = "eve@committee.example.org"


@pytest.fixture
async def olga(app: FastAPI, client: AsyncClient, database: Database) -> AsyncIterator[AsyncClient]:
    """An owner with a session, whose organisation asks for a second person."""
    await person(database)
    async with bearing(app, await token_of(client)) as signed_in:
        await patch(signed_in, "/organisation", two_person_review=True)
        yield signed_in


@pytest.fixture
async def eve(app: FastAPI, client: AsyncClient, database: Database) -> AsyncIterator[AsyncClient]:
    """An editor of the same organisation."""
    await person(database, EVE, role=Role.EDITOR)
    async with bearing(app, await token_of(client, EVE)) as signed_in:
        yield signed_in


async def approve(client: AsyncClient) -> None:
    edition = (await get(client, REVIEW))["edition"]
    await post(client, "/campaigns/free-ada/approve", {"edition": edition}, status=200)


async def subject(client: AsyncClient) -> str:
    """The subject of what a supporter would send now."""
    body = submission(supporter={"country": "FR"}, language="en")
    preview = await post(client, "/campaigns/free-ada/letters/preview", body, status=200)
    return str(preview["letters"][0]["subject"])


OWN = {"subjects": ["Words for {{ names }}"], "openings": ["An opening."], "requests": ["Ask:"], "endings": ["An end."]}
IN_ENGLISH = {"en": {"authority": OWN}}


async def test_nothing_is_published_before_somebody_else_has_approved_it(
    client: AsyncClient, olga: AsyncClient, eve: AsyncClient
) -> None:
    await draft(olga)
    told = problem(await olga.post(f"{API}/campaigns/free-ada/publish"), 409)
    assert told["type"].endswith("#needs-review")
    review = await get(eve, REVIEW)
    assert (review["needed"], review["approved"], review["written_by"], review["approved_by"]) == (
        True,
        False,
        ["Olga"],
        [],
    )

    own = await olga.post(f"{API}/campaigns/free-ada/approve", json={"edition": review["edition"]})
    assert problem(own, 409)["type"].endswith("#own-change")
    await approve(eve)

    assert (await get(olga, REVIEW))["approved_by"] == ["Eve"]
    assert (await post(olga, "/campaigns/free-ada/publish", status=200))["status"] == "active"
    entries = (await get(olga, "/audit?kind=approval"))["items"]
    assert [(each["organiser"], each["thing"]) for each in entries] == [("Eve", "free-ada")]


async def test_an_approval_holds_for_the_very_words_that_were_read(olga: AsyncClient, eve: AsyncClient) -> None:
    await draft(olga)
    read = (await get(eve, REVIEW))["edition"]
    await patch(olga, "/campaigns/free-ada", texts=IN_ENGLISH)
    problem(await eve.post(f"{API}/campaigns/free-ada/approve", json={"edition": read}), 412)

    await approve(eve)
    await patch(olga, "/prisoners/ada-prisoner", summary={"en": "Other.", "de": "Anders.", "ru": "Иначе."})
    problem(await olga.post(f"{API}/campaigns/free-ada/publish"), 409)


async def test_the_brief_in_force_stays_until_a_change_is_approved(
    client: AsyncClient, olga: AsyncClient, eve: AsyncClient
) -> None:
    await draft(olga)
    await approve(eve)
    await post(olga, "/campaigns/free-ada/publish", status=200)
    before = await subject(client)

    await patch(eve, "/campaigns/free-ada", texts=IN_ENGLISH)
    problem(await olga.post(f"{API}/campaigns/free-ada/publish"), 409)
    assert await subject(client) == before
    review = await get(olga, REVIEW)
    assert (list(review["changes"]), review["written_by"]) == (["texts"], ["Eve"])
    problem(await eve.post(f"{API}/campaigns/free-ada/approve", json={"edition": review["edition"]}), 409)

    await approve(olga)
    await post(eve, "/campaigns/free-ada/publish", status=200)
    assert await subject(client) == "Words for Ada Prisoner"


async def test_where_both_wrote_each_approves_the_others_part(olga: AsyncClient, eve: AsyncClient) -> None:
    await draft(olga)
    await patch(eve, "/campaigns/free-ada", texts=IN_ENGLISH)
    await approve(eve)
    problem(await eve.post(f"{API}/campaigns/free-ada/publish"), 409)
    await approve(olga)
    await post(eve, "/campaigns/free-ada/publish", status=200)


async def test_an_api_key_cannot_approve_nor_switch_the_review_off(
    app: FastAPI, olga: AsyncClient, eve: AsyncClient
) -> None:
    await draft(olga)
    key = (await post(eve, "/auth/keys", {"name": "script", "scope": "editor"}))["key"]
    owners = (await post(olga, "/auth/keys", {"name": "script", "scope": "owner"}))["key"]
    edition = (await get(eve, REVIEW))["edition"]
    async with bearing(app, key) as script, bearing(app, owners) as owners_script:
        problem(await script.post(f"{API}/campaigns/free-ada/approve", json={"edition": edition}), 403)
        problem(await owners_script.patch(f"{API}/organisation", json={"two_person_review": False}), 403)
    problem(await eve.patch(f"{API}/organisation", json={"two_person_review": False}), 403)
    assert (await get(eve, "/organisation"))["two_person_review"] is True


async def test_pausing_resuming_and_publishing_the_same_again_needs_nobody(olga: AsyncClient, eve: AsyncClient) -> None:
    await draft(olga)
    await approve(eve)
    for verb in ("publish", "pause", "resume", "publish"):
        await post(olga, f"/campaigns/free-ada/{verb}", status=200)


async def test_switching_the_review_is_written_down_and_without_it_nobody_is_asked(
    olga: AsyncClient, organiser: AsyncClient
) -> None:
    await patch(olga, "/organisation", two_person_review=False)
    await published(olga)
    edition = (await get(olga, REVIEW))["edition"]
    problem(await olga.post(f"{API}/campaigns/free-ada/approve", json={"edition": edition}), 409)
    entries = (await get(olga, "/audit?kind=organisation"))["items"]
    assert [each["changes"]["two_person_review"]["to"] for each in entries] == [False, True]


async def test_what_an_office_is_told_in_every_letter_is_approved_by_somebody_else_too(
    olga: AsyncClient, eve: AsyncClient
) -> None:
    made = await draft(olga)
    await approve(eve)
    await post(olga, "/campaigns/free-ada/publish", status=200)
    path = f"/officials/{made['offices'][0]}"
    await patch(eve, path, hourly_limit=7)  # which no letter says
    await patch(olga, path, salutations={"en": "Words of mine alone,"})

    edition = (await get(olga, REVIEW))["edition"]
    own = await olga.post(f"{API}/campaigns/free-ada/approve", json={"edition": edition})
    assert problem(own, 409)["type"].endswith("#own-change")
    problem(await olga.post(f"{API}/campaigns/free-ada/publish"), 409)
    assert (await get(olga, REVIEW))["written_by"] == ["Olga"]
    await approve(eve)
    await post(olga, "/campaigns/free-ada/publish", status=200)
