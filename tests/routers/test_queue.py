"""Organisers' hand on letters: what they see, and what they can do with it."""

from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.models.letter import Reason, Stage
from app.services.queueing import queue as hand
from tests.conftest import on_one_database
from tests.delivery.steps import OFFICE, letters, queue, stats, the_letter
from tests.factories import API, PARAGRAPH, draft, office, post, published, submission
from tests.relay import Relay
from tests.steps import differences, everything_stored, get, hand_in, how_many, patch, problem, somebody

SAM = "sam@supporter.example.org"
TESTER = {"name": "Tess Tester", "email": "tess@committee.example.org"}


async def hold(database: Database) -> None:
    """Hold every queued letter, as moderation does: with its delivery, for a reason that no resuming ends."""
    async with database.transaction() as session:
        await hand.stop(session, sa.true(), stages_in=[Stage.QUEUED], to=Stage.HELD, reason=Reason.COUNTRY_REFUSED)


@on_one_database
@pytest.mark.parametrize(
    "door",
    [
        "GET /letters",
        "GET /letters/{id}",
        "POST /letters/{id}/release",
        "POST /letters/{id}/cancel",
        "POST /letters/{id}/retry",
        "GET /campaigns/free-ada/queue",
        "POST /campaigns/free-ada/queue/retry",
        "POST /campaigns/free-ada/queue/cancel",
        "POST /campaigns/free-ada/test-letters",
    ],
)
async def test_the_queue_is_for_the_campaigns_organisers_only(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient, worker: Worker, database: Database, door: str
) -> None:
    method, path = door.split()
    await published(organiser)
    await queue(client, worker)
    where = API + path.format(id=(await the_letter(database)).id)
    body: Any = None
    if path.endswith("queue/cancel"):
        body = {"office_id": str((await the_letter(database)).office_id)}
    elif path.endswith("test-letters"):
        body = submission()

    problem(await client.request(method, where, json=body), 401)
    answer = await stranger.request(method, where, json=body)
    if path == "/letters":
        assert answer.json() == {"items": [], "next_cursor": None}
    else:
        problem(answer, 404)
    assert (await the_letter(database)).stage == "queued"


async def test_letters_are_listed_by_what_is_asked_for_and_tell_nobodys_name(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(), office(emails=[{"address": "second@by.example.org"}])])
    for name in ("ann", "bob", "cyd"):
        await queue(client, worker, f"{name}@supporter.example.org")
    relay.at_rcpt["second@by.example.org"] = ["550 5.6.0 not from you, ann@supporter.example.org"] * 3
    await worker.drain()

    everything = await get(organiser, "/letters?limit=4")
    rest = await get(organiser, f"/letters?limit=4&cursor={everything['next_cursor']}")
    assert [len(everything["items"]), len(rest["items"]), rest["next_cursor"]] == [4, 2, None]
    ids = [each["id"] for each in everything["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    failed = await get(organiser, "/letters?stage=failed&reason=refused_by_server&campaign=free-ada")
    assert len(failed["items"]) == 3
    assert {each["server_words"] for each in failed["items"]} == {"550 5.6.0 not from you, …@…"}
    by_office = await get(organiser, f"/letters?office={failed['items'][0]['office_id']}")
    assert {each["stage"] for each in by_office["items"]} == {"failed"}
    assert (await get(organiser, "/letters?campaign=another"))["items"] == []
    shown = str(everything) + str(failed)
    assert not any(told in shown for told in ("Sam", "supporter.example.org", "Berlin", PARAGRAPH))
    problem(await organiser.get(f"{API}/letters?stage=nowhere"), 422, pointer="?stage")


async def test_a_list_of_joint_letters_names_no_others(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    for name in ("ann", "bob"):
        await hand_in(client, supporter=somebody(name))
    assert (await get(organiser, "/letters?kind=joint&limit=1"))["items"] == []
    assert len((await get(organiser, "/letters?kind=personal&limit=1"))["items"]) == 1


async def test_a_held_letter_shows_the_own_words_and_leaves_when_it_is_released(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    await hold(database)
    await worker.drain()
    (held,) = (await get(organiser, "/letters?stage=held"))["items"]
    assert (held["own_words"], relay.accepted) == (PARAGRAPH, [])

    released = await post(organiser, f"/letters/{held['id']}/release", status=200)
    await worker.drain()

    assert (released["stage"], released["reason"], released["own_words"]) == ("queued", None, None)
    assert len(relay.to(OFFICE)) == 1
    assert await differences(database) == []
    problem(await organiser.post(f"{API}/letters/{held['id']}/release"), 409)


async def test_a_letter_is_not_released_past_a_closed_gate(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    await hold(database)
    letter = await the_letter(database)

    await post(organiser, "/campaigns/free-ada/pause", status=200)
    problem(await organiser.post(f"{API}/letters/{letter.id}/release"), 409, reason="campaign_paused")
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    assert (await the_letter(database)).stage == "held"
    await patch(organiser, "/prisoners/ada-prisoner", status="released")
    problem(await organiser.post(f"{API}/letters/{letter.id}/release"), 409, reason="prisoner_free_or_dead")
    assert (await the_letter(database)).stage == "held"


async def test_a_letter_is_cancelled_once_and_not_when_it_has_left(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    first = await the_letter(database)

    cancelled = await post(organiser, f"/letters/{first.id}/cancel", status=200)
    await worker.drain()

    assert (cancelled["stage"], cancelled["reason"], relay.accepted) == ("cancelled", "by_organiser", [])
    problem(await organiser.post(f"{API}/letters/{first.id}/cancel"), 409)
    await queue(client, worker, "late@supporter.example.org")
    await worker.drain()
    sent = next(each for each in await letters(database) if each.stage == "sent")
    problem(await organiser.post(f"{API}/letters/{sent.id}/cancel"), 409)
    assert await stats(client) == {"total": 2, "cancelled": 1, "sent": 1}


async def test_a_failed_letter_is_tried_again_alone_or_with_all_others(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    for n in range(3):
        await queue(client, worker, f"writer{n}@supporter.example.org")
    relay.at_rcpt[OFFICE] = ["550 5.6.0 not today"] * 3
    await worker.drain()
    state = await get(organiser, "/campaigns/free-ada/queue")
    assert (state["letters"]["failed"], state["words"]) == (3, [{"words": "550 5.6.0 not today", "letters": 3}])
    first = (await letters(database))[0]

    problem(await organiser.post(f"{API}/letters/{first.id}/release"), 409)
    again = await post(organiser, f"/letters/{first.id}/retry", status=200)
    assert (again["stage"], again["attempts"]) == ("queued", 0)
    assert await post(organiser, "/campaigns/free-ada/queue/retry", status=200) == {"letters": 2}
    await worker.drain()

    assert await stats(client) == {"total": 3, "sent": 3}
    assert await differences(database) == []
    problem(await organiser.post(f"{API}/letters/{first.id}/retry"), 409)
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    problem(await organiser.post(f"{API}/campaigns/free-ada/queue/retry"), 409)


async def test_the_queue_tells_what_waits_what_is_held_and_what_servers_say(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.at_rcpt[OFFICE] = ["451 4.7.1 greylisted"]
    await worker.drain()
    await queue(client, worker, "late@supporter.example.org")

    state = await get(organiser, "/campaigns/free-ada/queue")
    assert (state["due"], state["failing"], state["letters"]["queued"]) == (1, 1, 2)
    assert state["words"] == [{"words": "451 4.7.1 greylisted", "letters": 1}]
    assert state["next_due_at"]
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    state = await get(organiser, "/campaigns/free-ada/queue")
    assert (state["held"], state["due"], state["status"]) == ({"campaign_paused": 2}, 0, "paused")


async def test_the_rest_for_one_office_is_cancelled_and_other_offices_are_still_written_to(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(), office(emails=[{"address": "second@by.example.org"}])])
    await queue(client, worker)
    agreed = next(each for each in await letters(database))

    that_office = {"office_id": str(agreed.office_id)}
    cancelled = await post(organiser, "/campaigns/free-ada/queue/cancel", that_office, status=200)
    await worker.drain()

    assert cancelled == {"letters": 1}
    assert await stats(client) == {"total": 2, "cancelled": 1, "sent": 1}
    assert len(relay.accepted) == 1
    nobody = {"office_id": str(agreed.id)}
    problem(await organiser.post(f"{API}/campaigns/free-ada/queue/cancel", json=nobody), 422, pointer="/office_id")


async def test_test_letters_go_to_the_tester_with_a_mark_and_are_never_counted(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    body = submission(supporter=TESTER)
    shown = await post(client, "/campaigns/free-ada/letters/preview", body, status=200)

    sent = await post(organiser, "/campaigns/free-ada/test-letters", body, status=200)
    await worker.drain()

    assert sent["sent_to"] == TESTER["email"]
    assert {mail.to for mail in relay.accepted} == {TESTER["email"]}
    assert len(relay.accepted) == len(shown["letters"]) == 2
    by_subject = {mail.subject: mail for mail in relay.accepted}
    for letter in shown["letters"]:
        mail = by_subject[f"[TEST] {letter['subject']}"]
        assert mail.body.startswith("[TEST]")
        assert letter["body"].strip() in mail.body
        assert mail.message["Auto-Submitted"] == "auto-generated"
    assert await stats(client) == {}
    assert (await get(client, "/campaigns/free-ada/stats"))["supporters"] == 0
    assert await how_many(database, "letter") == 0
    assert await differences(database) == []
    assert TESTER["email"] not in await everything_stored(database)


async def test_a_dry_run_shows_what_would_leave_and_what_stands_against_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    body = submission(supporter=TESTER)
    dry = "/campaigns/free-ada/test-letters?dry_run=true"

    would = await post(organiser, dry, body, status=200)
    assert (would["sent_to"], [each["stopped_because"] for each in would["letters"]]) == (None, [None, None])
    assert would["letters"][0]["to"] == OFFICE
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    would = await post(organiser, dry, body, status=200)
    assert {each["stopped_because"] for each in would["letters"]} == {"campaign_paused"}
    await worker.drain()
    assert relay.accepted == []
    assert await how_many(database, "submission") == 0


async def test_a_draft_that_was_tried_out_can_still_be_deleted(
    organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await draft(organiser)
    for _ in range(2):  # one has left, one waits
        await worker.drain()
        await post(organiser, "/campaigns/free-ada/test-letters", submission(supporter=TESTER), status=200)

    assert (await organiser.delete(f"{API}/campaigns/free-ada")).status_code == 204

    sent = len(relay.accepted)
    await worker.drain()
    assert len(relay.accepted) == sent > 0
    assert [await how_many(database, table) for table in ("submission", "delivery", "enclosure")] == [0, 0, 0]


async def test_a_draft_can_be_tried_before_it_is_published(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await draft(organiser)
    body = submission(supporter=TESTER)

    would = await post(organiser, "/campaigns/free-ada/test-letters", body, status=200)
    await worker.drain()

    assert {each["stopped_because"] for each in would["letters"]} == {None}
    assert len(relay.to(TESTER["email"])) == 2
    await patch(organiser, "/campaigns/free-ada", demands={})
    problem(await organiser.post(f"{API}/campaigns/free-ada/test-letters", json=body), 422, pointer="/demands")


async def test_testers_cannot_flood_an_address_either(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    for _ in range(27):
        await post(organiser, "/campaigns/free-ada/test-letters", submission(supporter=TESTER), status=200)
    await worker.drain()

    assert len(relay.accepted) == 50


async def test_an_organiser_sees_that_a_letter_may_have_arrived(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    relay.drop_after_dot.append(OFFICE)
    await worker.run_once()
    await worker.finish()

    (shown,) = (await get(organiser, "/letters"))["items"]
    assert (shown["stage"], shown["uncertain"], shown["attempts"]) == ("queued", True, 1)
