"""Campaigns: who may see and change them, and what publishing asks for."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.factories import API, campaign, draft, embassy, office, post, prisoner, published
from tests.steps import get, hand_in, patch, problem

HOSTILE = [
    "{{ names.__class__.__mro__ }}",
    "{{ names['_prisoners'] }}",
    "{{ ''.join(names) }}",
    "{{ names|attr('case') }}",
    "{{ lipsum() }}",
    "{{ self }}",
    "{{ 'x' * 9999999 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{% for a in names %}{% for b in names %}x{% endfor %}{% endfor %}",
    "{% set plural = names %}",
    "{% macro f() %}{{ f() }}{% endmacro %}",
    "{% include 'en/authority.toml' %}",
    "{{ names | case('nominative') }}",
    "{{ names | case(plural) }}",
    "{{ supporter }}",
    "{{ names",
    "{% if urgent %}",
    "see www.example.org",
    "<img src=x>",
]
DEEP = "{%if urgent%}" * 150 + "x" + "{%endif%}" * 150


def texts(**overrides: Any) -> dict[str, Any]:
    part = {"subjects": ["On {{ names }}"], "openings": ["An opening."], "requests": ["Ask:"], "endings": ["An end."]}
    return {"en": {"authority": {**part, **overrides}}}


async def test_nobody_without_a_key_writes_anything(client: AsyncClient, organiser: AsyncClient) -> None:
    await draft(organiser)
    client.headers["Authorization"] = "Bearer uns_of-nobody"
    wrong = await client.post(f"{API}/campaigns", json=campaign(slug="mine"))
    problem(wrong, 401)
    assert wrong.headers["WWW-Authenticate"] == "Bearer"
    problem(await client.get(f"{API}/campaigns"), 401)  # a key that is not known is not passed over

    del client.headers["Authorization"]
    problem(await client.post(f"{API}/campaigns", json=campaign(slug="mine")), 401)
    problem(await client.patch(f"{API}/campaigns/free-ada", json={"urgent": True}), 401)
    problem(await client.delete(f"{API}/campaigns/free-ada"), 401)
    for verb in ("publish", "pause", "resume", "close"):
        problem(await client.post(f"{API}/campaigns/free-ada/{verb}", json={"outcome": "won"}), 401)


async def test_another_organisation_finds_nothing_to_change(organiser: AsyncClient, stranger: AsyncClient) -> None:
    await draft(organiser)
    problem(await stranger.get(f"{API}/campaigns/free-ada"), 404)
    problem(await stranger.patch(f"{API}/campaigns/free-ada", json={"urgent": True}), 404)
    problem(await stranger.delete(f"{API}/campaigns/free-ada"), 404)
    for verb in ("publish", "pause", "resume", "close"):
        problem(await stranger.post(f"{API}/campaigns/free-ada/{verb}", json={"outcome": "won"}), 404)
    assert (await get(stranger, "/campaigns"))["items"] == []
    assert (await get(organiser, "/campaigns/free-ada"))["revision"] == 1


async def test_a_draft_is_seen_by_its_own_organisation_only(client: AsyncClient, organiser: AsyncClient) -> None:
    await draft(organiser)
    assert (await get(client, "/campaigns"))["items"] == []
    for path in ("", "/stats", "/officials?country=DE"):
        problem(await client.get(f"{API}/campaigns/free-ada{path}"), 404)
    assert [each["slug"] for each in (await get(organiser, "/campaigns"))["items"]] == ["free-ada"]

    await post(organiser, "/campaigns/free-ada/publish", status=200)
    shown = await get(client, "/campaigns/free-ada")
    assert (shown["status"], shown["languages"], shown["organisation"]) == ("active", ["en", "de", "ru"], "Committee")
    assert [each["slug"] for each in shown["prisoners"]] == ["ada-prisoner"]
    assert not {"texts", "offices", "mail_from", "revision", "embassies_of"} & shown.keys()


async def test_a_change_names_the_revision_it_was_made_from(organiser: AsyncClient) -> None:
    await draft(organiser)
    path = f"{API}/campaigns/free-ada"
    etag = (await organiser.get(path)).headers["ETag"]
    changed = await organiser.patch(path, json={"urgent": True}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["urgent"]) == (200, True)
    assert changed.headers["ETag"] != etag

    problem(await organiser.patch(path, json={"urgent": False}, headers={"If-Match": etag}), 412)
    assert (await get(organiser, "/campaigns/free-ada"))["urgent"] is True
    again = await organiser.patch(path, json={"goal": 5}, headers={"If-Match": changed.headers["ETag"]})
    assert again.status_code == 200


async def test_a_slug_is_taken_once_and_nothing_can_be_smuggled_in(organiser: AsyncClient) -> None:
    await draft(organiser)
    problem(await organiser.post(f"{API}/campaigns", json=campaign()), 409)
    smuggled: dict[str, Any] = {"status": "active", "brief_id": None, "revision": 7, "organisation_id": None}
    for name, value in smuggled.items():
        body = campaign(slug="another") | {name: value}
        problem(await organiser.post(f"{API}/campaigns", json=body), 422, pointer=f"/{name}")
        problem(await organiser.patch(f"{API}/campaigns/free-ada", json={name: value}), 422, pointer=f"/{name}")
    unknown = campaign(slug="another", prisoners=["nobody-at-all"])
    problem(await organiser.post(f"{API}/campaigns", json=unknown), 422, pointer="/prisoners/0")
    late = campaign(slug="another", closes_on="2001-01-01")
    problem(await organiser.post(f"{API}/campaigns", json=late), 422)
    assert len((await get(organiser, "/campaigns"))["items"]) == 1


async def test_a_change_cannot_empty_what_is_needed_or_turn_the_dates_round(organiser: AsyncClient) -> None:
    await draft(organiser)
    for name in ("title", "code", "demands", "urgent", "privacy", "refused_countries", "embassies_of", "texts"):
        answer = await organiser.patch(f"{API}/campaigns/free-ada", json={name: None})
        problem(answer, 422, pointer=f"/{name}")
    problem(await organiser.patch(f"{API}/campaigns/free-ada", json={"closes_on": "2001-01-01"}), 422)
    assert (await get(organiser, "/campaigns/free-ada"))["revision"] == 1


async def test_a_draft_can_be_deleted_and_what_was_published_cannot(organiser: AsyncClient) -> None:
    await draft(organiser)
    assert (await organiser.delete(f"{API}/campaigns/free-ada")).status_code == 204
    problem(await organiser.get(f"{API}/campaigns/free-ada"), 404)

    await post(organiser, "/campaigns", campaign(embassies_of=["BY"]))
    await patch(organiser, "/campaigns/free-ada", offices=[(await post(organiser, "/officials", office()))["id"]])
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    problem(await organiser.delete(f"{API}/campaigns/free-ada"), 409)


async def test_publishing_tells_everything_that_is_missing_at_once(organiser: AsyncClient) -> None:
    await post(organiser, "/prisoners", prisoner(consent="none", summary={"en": "Ada is in prison."}))
    unreachable = await post(organiser, "/officials", office(emails=[{"address": "a@example.org", "dead": True}]))
    other_language = await post(organiser, "/officials", office(languages=["fi"]))
    await post(
        organiser,
        "/campaigns",
        campaign(
            closes_on=None,
            title={"en": "Free Ada"},
            demands={"en": ["her release"], "de": ["ihre Freilassung", "Medizin"], "fi": ["vapaus"]},
            offices=[unreachable["id"], other_language["id"]],
            texts=texts(openings=["Dear {{ nmaes }}"]),
            embassies_of=[],
        ),
    )
    problem(await organiser.patch(f"{API}/officials/{other_language['id']}", json={"languages": []}), 422)
    told = problem(await organiser.post(f"{API}/campaigns/free-ada/publish"), 422)
    pointers = [error["pointer"] for error in told["errors"]]
    for expected in (
        "/closes_on",
        "/prisoners/0",
        "/offices/0",
        "/demands",
        "/demands/fi",
        "/title",
        "/texts/fi/authority",
        "/texts/en/authority/openings/0",
    ):
        assert expected in pointers, told
    assert any("consent" in error["detail"] for error in told["errors"])
    assert any("no text in de" in error["detail"] for error in told["errors"])
    assert (await get(organiser, "/campaigns/free-ada"))["status"] == "draft"

    await patch(organiser, f"/officials/{unreachable['id']}", in_use=False)
    await patch(organiser, "/campaigns/free-ada", prisoners=[], demands={}, offices=[unreachable["id"]])
    told = problem(await organiser.post(f"{API}/campaigns/free-ada/publish"), 422, pointer="/prisoners")
    assert any("not in use" in error["detail"] for error in told["errors"])
    await patch(organiser, "/campaigns/free-ada", offices=[])
    problem(await organiser.post(f"{API}/campaigns/free-ada/publish"), 422, pointer="/offices")


async def test_hostile_and_broken_letter_texts_are_not_published(organiser: AsyncClient) -> None:
    await draft(organiser)
    for part in ("subjects", "openings"):
        await patch(organiser, "/campaigns/free-ada", texts=texts(**{part: HOSTILE}))
        told = problem_of_any_size(await organiser.post(f"{API}/campaigns/free-ada/publish"))
        pointers = {error["pointer"] for error in told["errors"]}
        assert pointers == {f"/texts/en/authority/{part}/{n}" for n in range(len(HOSTILE))}
    for fault in (DEEP, "{% if urgent %}{% endif %}", "{{ " + "not " * 900 + "names }}"):
        await patch(organiser, "/campaigns/free-ada", texts=texts(openings=[fault]))
        problem(
            await organiser.post(f"{API}/campaigns/free-ada/publish"), 422, pointer="/texts/en/authority/openings/0"
        )


def problem_of_any_size(answer: Any) -> Any:
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    return answer.json()


async def test_letter_texts_that_leave_no_room_on_the_page_are_not_published(organiser: AsyncClient) -> None:
    wordy = {
        "subjects": ["A"],
        "openings": ["Please. " * 200],
        "requests": ["Please. " * 100],
        "endings": ["B. " * 100],
    }
    await draft(organiser, texts={"en": {"authority": wordy}})

    problem(await organiser.post(f"{API}/campaigns/free-ada/publish"), 422, pointer="/texts/en/authority")


async def test_publishing_again_makes_the_next_brief_and_letters_keep_theirs(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    first = await published(organiser, embassies_of=[])
    _, before = await hand_in(client)
    await patch(
        organiser, "/campaigns/free-ada", demands={"en": ["a dentist's visit"], "ru": ["суд"], "de": ["ein Prozess"]}
    )
    _, between = await hand_in(client)
    second = await post(organiser, "/campaigns/free-ada/publish", status=200)
    _, after = await hand_in(client)

    assert first["brief_id"] != second["brief_id"]
    for token, said, unsaid in (
        (before, "the immediate release", "a dentist's visit"),
        (between, "the immediate release", "a dentist's visit"),
        (after, "a dentist's visit", "the immediate release"),
    ):
        body = (await get(client, f"/receipts/{token}"))["letters"][0]["body"]
        assert said in body
        assert unsaid not in body


async def test_a_campaign_goes_only_from_one_status_to_the_next(organiser: AsyncClient) -> None:
    await draft(organiser)
    problem(await organiser.post(f"{API}/campaigns/free-ada/pause"), 409)
    problem(await organiser.post(f"{API}/campaigns/free-ada/close", json={"outcome": "won"}), 409)
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    problem(await organiser.post(f"{API}/campaigns/free-ada/resume"), 409)
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    assert (await post(organiser, "/campaigns/free-ada/publish", status=200))["status"] == "paused"
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    problem(await organiser.post(f"{API}/campaigns/free-ada/close", json={"outcome": "fun"}), 422, pointer="/outcome")
    closed = await post(
        organiser, "/campaigns/free-ada/close", {"outcome": "won", "note": {"en": "She is free."}}, status=200
    )
    assert (closed["status"], closed["outcome"], closed["outcome_note"]) == ("closed", "won", {"en": "She is free."})
    for verb in ("publish", "pause", "resume"):
        problem(await organiser.post(f"{API}/campaigns/free-ada/{verb}"), 409)
    problem(await organiser.patch(f"{API}/campaigns/free-ada", json={"urgent": True}), 409)
    again = await organiser.post(f"{API}/campaigns/free-ada/close", json={"outcome": "lost"})
    assert "closed" in problem(again, 409)["detail"]
    assert (await get(organiser, "/campaigns/free-ada"))["outcome"] == "won"


async def test_pages_show_every_campaign_once_and_filters_hold(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser, slug="one", urgent=True)
    office_id = (await get(organiser, "/campaigns/one"))["offices"][0]
    only_english = {"demands": {"en": ["her release"]}, "embassies_of": [], "offices": [office_id]}
    await post(organiser, "/prisoners", prisoner(slug="rosa-prisoner", country="VE"))
    for slug, overrides in {"two": {}, "three": {"prisoners": ["rosa-prisoner"]}}.items():
        await post(organiser, "/campaigns", campaign(slug=slug, **only_english, **overrides))
        await post(organiser, f"/campaigns/{slug}/publish", status=200)
    await post(organiser, "/campaigns/two/pause", status=200)

    assert await walk(client, "/campaigns?limit=1") == ["three", "two", "one"]
    assert await walk(client, "/campaigns?limit=2") == ["three", "two", "one"]
    assert await walk(client, "/campaigns?urgent=true") == ["one"]
    assert await walk(client, "/campaigns?urgent=false&limit=1") == ["three", "two"]
    assert await walk(client, "/campaigns?status=paused") == ["two"]
    assert await walk(client, "/campaigns?country=VE") == ["three"]
    assert await walk(client, "/campaigns?language=de") == ["one"]
    assert await walk(client, "/campaigns?language=en") == ["three", "two", "one"]


@pytest.mark.parametrize("room", ["campaigns", "prisoners", "officials"])
async def test_forged_cursors_and_wild_limits_are_refused(client: AsyncClient, room: str) -> None:
    for wrong in ("x", "AAAA", "%00", "%F0%9F%98%80", "A" * 64, "A" * 65, "-1", ""):
        problem(await client.get(f"{API}/{room}?cursor={wrong}"), 422, pointer="?cursor")
    for wrong in ("0", "-1", "1000", "x", "1e3", "9" * 5_000, "NaN"):
        problem(await client.get(f"{API}/{room}?limit={wrong}"), 422, pointer="?limit")
    problem(await client.get(f"{API}/{room}?country=germany"), 422, pointer="?country")


async def test_an_embassy_is_offered_only_where_it_is_accredited(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    await post(organiser, "/officials", embassy(accredited_to=["FR"]))  # after publishing: not in the brief
    offered = {
        country: [
            each["kind"] for each in (await get(client, f"/campaigns/free-ada/officials?country={country}"))["items"]
        ]
        for country in ("DE", "CH", "FR", "BY")
    }
    assert offered == {
        "DE": ["prosecutor_general", "ambassador"],
        "CH": ["prosecutor_general", "ambassador"],
        "FR": ["prosecutor_general"],
        "BY": [],
    }
    refused = await get(client, "/campaigns/free-ada/officials?country=BY")
    assert "safety" in refused["nobody_because"]
    problem(await client.get(f"{API}/campaigns/free-ada/officials"), 422, pointer="?country")


async def walk(client: AsyncClient, path: str) -> list[str]:
    """The slugs, or ids, of all pages of a list."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await get(client, path + (f"&cursor={cursor}" if cursor else ""))
        found += [each.get("slug") or each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    return found


async def test_another_organisations_ambassador_gets_no_letters(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await post(stranger, "/officials", embassy(emails=[{"address": "trap@strange.example.org"}]))
    await published(organiser)

    offered = (await client.get(f"{API}/campaigns/free-ada/officials?country=DE")).json()["items"]

    assert [each["kind"] for each in offered] == ["prosecutor_general", "ambassador"]
