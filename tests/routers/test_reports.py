"""What supporters report of letters that they post or hand in themselves: done, and not done after all."""

from httpx import AsyncClient

from app.database import Database
from tests.factories import API, office, post, published
from tests.steps import differences, hand_in, problem, receipt, stages, standing, stats, write

BY_POST = {"channels": ["post"], "postal_address": "Main Street 1\nExampletown"}
WHOLE_TEXT = "I nursed people in prison for twenty years, and I ask you to let Ada Prisoner see a doctor."


async def test_a_letter_that_nobody_confirmed_is_made_ready_by_no_report(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser, offices=[office(**BY_POST)], embassies_of=[])
    handed_in, token = await hand_in(client)
    letter = f"{API}/receipts/{token}/letters/{handed_in['letters'][0]['id']}"

    for verb in ("posted", "undo"):
        problem(await client.post(f"{letter}/{verb}"), 409)
        assert (await client.post(f"/confirm/{token}/letters/{letter.rpartition('/')[2]}/{verb}")).status_code == 409

    assert stages(await receipt(client, token)) == [("unconfirmed", None)]
    assert await differences(database) == []


async def test_a_letter_that_waits_for_an_organiser_passes_them_by_no_report(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser, offices=[office(**BY_POST)], embassies_of=[], own_text="whole")
    answer, token = await write(client, text=WHOLE_TEXT, paragraph=None)
    assert stages(answer) == [("held", "moderation")]

    for verb in ("posted", "undo"):
        problem(await client.post(f"{API}/receipts/{token}/letters/{answer['letters'][0]['id']}/{verb}"), 409)

    problem(await organiser.post(f"{API}/campaigns/free-ada/print-runs", json={"country": "DE"}), 409)
    assert standing(await stats(client)) == {"held": 1}


async def test_what_was_posted_by_mistake_is_ready_again(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser, offices=[office(**BY_POST)], embassies_of=[])
    answer, token = await write(client)
    letter = f"/receipts/{token}/letters/{answer['letters'][0]['id']}"
    for verb, stage in (("posted", "posted"), ("undo", "ready"), ("posted", "posted")):
        assert stages(await post(client, f"{letter}/{verb}", status=200)) == [(stage, None)]
        problem(await client.post(f"{API}{letter}/{verb}"), 409)
    assert (await stats(client))["letters_sent"] == 1
