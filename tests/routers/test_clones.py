"""A campaign's life: cloned, told of, and what its dates refuse."""

from datetime import UTC, datetime, timedelta

from httpx import AsyncClient

from app.delivery.worker import Worker
from app.services.organising.editing import FURTHEST, TOO_FAR
from tests.factories import API, draft, post, published
from tests.relay import Relay
from tests.steps import SAM, get, patch, problem, write


def day(after: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=after)).isoformat()


async def test_a_clone_has_the_words_people_and_offices_but_no_dates_and_no_letters(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    first = await published(organiser, goal=100, urgent=True)
    await write(client)

    clone = await post(organiser, "/campaigns/free-ada/clone", {"slug": "free-ada-again", "code": "BLR-2"})

    assert (clone["status"], clone["slug"], clone["code"]) == ("draft", "free-ada-again", "BLR-2")
    assert (clone["opens_on"], clone["closes_on"], clone["brief_id"]) == (None, None, None)
    for name in ("title", "summary", "demands", "texts", "prisoners", "offices", "embassies_of", "goal", "urgent"):
        assert clone[name] == first[name], name
    problem(await organiser.post(f"{API}/campaigns/free-ada-again/publish"), 422, pointer="/closes_on")
    await patch(organiser, "/campaigns/free-ada-again", closes_on=day(30))
    await post(organiser, "/campaigns/free-ada-again/publish", status=200)
    stats = await get(client, "/campaigns/free-ada-again/stats")
    assert (stats["letters"]["total"], stats["supporters"]) == (0, 0)


async def test_a_clone_of_anothers_campaign_or_under_a_taken_slug_is_refused(
    organiser: AsyncClient, stranger: AsyncClient
) -> None:
    await draft(organiser)
    problem(await stranger.post(f"{API}/campaigns/free-ada/clone", json={"slug": "mine"}), 404)
    problem(await organiser.post(f"{API}/campaigns/free-ada/clone", json={"slug": "free-ada"}), 409)
    problem(await organiser.post(f"{API}/campaigns/free-ada/clone", json={}), 422, pointer="/slug")
    assert len((await get(organiser, "/campaigns"))["items"]) == 1


async def test_an_update_puts_its_instructions_in_the_place_of_those_before(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, instructions={"en": "Please write now."})
    await write(client, consent={"send": True, "contact": True})
    assert (await get(client, "/campaigns/free-ada"))["instructions"] == {"en": "Please write now."}

    await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": "Ada was seen by a doctor."}})
    shown = await get(client, "/campaigns/free-ada")
    assert shown["instructions"] == {"en": "Please write now."}
    assert shown["latest_update"]["text"] == {"en": "Ada was seen by a doctor."}

    wait = {"text": {"en": "The court meets."}, "instructions": {"en": "Please wait until the verdict."}}
    await post(organiser, "/campaigns/free-ada/updates", wait)
    shown = await get(client, "/campaigns/free-ada")
    assert shown["instructions"] == {"en": "Please wait until the verdict."}
    assert shown["latest_update"]["instructions"] == {"en": "Please wait until the verdict."}
    await worker.drain()
    assert "The court meets.\n\nPlease wait until the verdict." in relay.to(SAM)[-1].body


async def test_a_closed_campaign_asks_for_nothing_and_stays_closed(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser, instructions={"en": "Please write now."})
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)

    assert (await get(client, "/campaigns/free-ada"))["instructions"] == {}
    for path, body in (("close", {"outcome": "lost"}), ("publish", {}), ("pause", {})):
        told = problem(await organiser.post(f"{API}/campaigns/free-ada/{path}", json=body), 409)
        assert "clone" in told["detail"]
    problem(await organiser.post(f"{API}/campaigns/free-ada/resume"), 409)
    ask = {"text": {"en": "News."}, "instructions": {"en": "Write."}}
    problem(await organiser.post(f"{API}/campaigns/free-ada/updates", json=ask), 422, pointer="/instructions")
    assert (await get(client, "/campaigns/free-ada"))["outcome"] == "won"


async def test_a_closing_date_cannot_be_set_to_a_day_that_has_passed(organiser: AsyncClient) -> None:
    made = await draft(organiser, opens_on=None)
    answer = await organiser.patch(f"{API}/campaigns/free-ada", json={"closes_on": day(-1)})
    told = problem(answer, 422, pointer="/closes_on")
    assert "has passed" in told["errors"][0]["detail"]
    await patch(organiser, "/campaigns/free-ada", closes_on=day(0))
    late = {"slug": "late", "code": "X", "title": {"en": "Late"}, "closes_on": day(-1)}
    problem(await organiser.post(f"{API}/campaigns", json=late), 422, pointer="/closes_on")
    assert made["revision"] == 1


async def test_a_closing_date_lies_at_most_five_years_ahead(organiser: AsyncClient) -> None:
    await draft(organiser)
    far = {"slug": "far", "code": "X", "title": {"en": "Far"}}
    for late in (day(FURTHEST.days + 2), "9999-12-31"):
        told = problem(await organiser.patch(f"{API}/campaigns/free-ada", json={"closes_on": late}), 422)
        assert told["errors"] == [{"pointer": "/closes_on", "detail": TOO_FAR}]
        problem(await organiser.post(f"{API}/campaigns", json=far | {"closes_on": late}), 422, pointer="/closes_on")
    await patch(organiser, "/campaigns/free-ada", closes_on=day(FURTHEST.days))
