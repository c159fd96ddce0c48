"""A supporter's receipt: see, cancel, erase."""

import uuid

import sqlalchemy as sa
from httpx import AsyncClient

from app.composing.formats import FORMATS, paper_of
from app.database import Database
from app.delivery.worker import Worker
from app.models.delivery import Delivery
from app.rows.asking import table_of
from tests.factories import API, PARAGRAPH, office, post, published, submission
from tests.printed import archived, pages, words
from tests.relay import Relay
from tests.routers.test_letters import forgeries
from tests.steps import (
    EMBASSY,
    LETTERS,
    PROSECUTOR,
    SAM,
    differences,
    everything_stored,
    hand_in,
    problem,
    receipt,
    somebody,
    stages,
    standing,
    stats,
    write,
)

BY_POST = {"channels": ["post"], "postal_address": "Main Street 1\nExampletown"}


async def test_only_the_whole_link_opens_a_receipt(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    answer, token = await hand_in(client)
    letter = answer["letters"][0]["id"]
    for forged in forgeries(token):
        problem(await client.get(f"{API}/receipts/{forged}"), 404)
        problem(await client.delete(f"{API}/receipts/{forged}"), 404)
        problem(await client.post(f"{API}/receipts/{forged}/cancel"), 404)
        problem(await client.post(f"{API}/receipts/{forged}/letters/{letter}/posted"), 404)
        problem(await client.get(f"{API}/receipts/{forged}/letters/{letter}.txt"), 404)
    assert stages(await receipt(client, token)) == [("unconfirmed", None)] * 2


async def test_nobody_reaches_another_supporters_letter(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser, offices=[office(**BY_POST)], embassies_of=[])
    mine, token = await write(client)
    theirs, _ = await write(client, supporter=somebody("alex"))
    for letter in (theirs["letters"][0]["id"], str(uuid.uuid4())):
        problem(await client.get(f"{API}/receipts/{token}/letters/{letter}.txt"), 404)
        for verb in ("posted", "undo"):
            problem(await client.post(f"{API}/receipts/{token}/letters/{letter}/{verb}"), 404)
    problem(await client.post(f"{API}/receipts/{token}/letters/{mine['letters'][0]['id']}/undo"), 409)
    assert standing(await stats(client)) == {"ready": 2}


async def test_a_letter_by_post_is_a_pdf_for_the_paper_of_the_supporters_country(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser, offices=[office(**BY_POST)], embassies_of=[], privacy="full_address")
    for country, size, last in (
        ("DE", (210, 297), "BELARUS"),
        ("US", (216, 279), "BELARUS"),
        ("FR", (210, 297), "BIÉLORUSSIE"),
    ):
        answer, token = await write(client, supporter={**somebody(country.lower()), "country": country})
        pdf = await client.get(f"{API}/receipts/{token}/letters/{answer['letters'][0]['id']}.pdf")
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
        (page,) = pages(pdf.content)
        assert (round(page.width), round(page.height)) == size
        assert page.inside(FORMATS[paper_of(country)].window).endswith(last)
        assert archived(pdf.content)
        text = (await receipt(client, token))["letters"][0]
        for each in filter(None, (*text["body"].splitlines(), text["subject"])):
            assert words(each) in words(page.text)


async def test_there_is_no_pdf_of_what_nobody_may_post(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser, offices=[office(), office(**BY_POST)], embassies_of=[])
    answer, token = await hand_in(client)
    by_mail, by_post = sorted(answer["letters"], key=lambda each: str(each["channel"]))
    path = f"{API}/receipts/{token}/letters/{by_post['id']}.pdf"
    problem(await client.get(path), 409)  # not confirmed
    await post(client, f"/confirmations/{token}", status=200)
    assert (await client.get(path)).status_code == 200
    problem(await client.get(f"{API}/receipts/{token}/letters/{by_mail['id']}.pdf"), 404)
    problem(await client.get(f"{API}/receipts/{token}/letters/{uuid.uuid4()}.pdf"), 404)
    problem(await client.get(f"{API}/receipts/{token}/letters/1.pdf"), 422)
    for forged in forgeries(token):
        problem(await client.get(path.replace(token, forged)), 404)
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    problem(await client.get(path), 409, reason="campaign_paused")
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await post(client, f"/receipts/{token}/cancel", status=200)
    problem(await client.get(path), 409)


async def test_a_receipt_shows_the_letters_as_they_will_leave_and_as_they_left(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    before = await receipt(client, token)
    assert (before["status"], before["campaign"], before["confirmed_at"]) == ("unconfirmed", "Free Ada", None)
    assert all(PARAGRAPH in letter["body"] for letter in before["letters"])

    await post(client, f"/confirmations/{token}", status=200)
    await worker.drain()
    after = await receipt(client, token)
    assert after["status"] == "confirmed"
    left = {relay.to(address)[0].body for address in (PROSECUTOR, EMBASSY)}
    assert {letter["body"] for letter in after["letters"]} == left
    letter = after["letters"][0]["id"]
    problem(await client.get(f"{API}/receipts/{token}/letters/{letter}.txt"), 404)
    problem(await client.post(f"{API}/receipts/{token}/letters/{letter}/posted"), 409)
    problem(await client.post(f"{API}/receipts/{token}/letters/{letter}/undo"), 409)


async def test_cancelling_stops_what_has_not_left(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(), office(**BY_POST)])
    relay.at_rcpt[EMBASSY] = ["451 4.2.1 later"]
    _, token = await write(client)
    await worker.drain()
    cancelled = await post(client, f"/receipts/{token}/cancel", status=200)
    assert sorted(stages(cancelled), key=str) == [("cancelled", "by_supporter")] * 2 + [("sent", None)]

    await make_due(database)
    await worker.drain()
    assert relay.to(EMBASSY) == []
    numbers = await stats(client)
    assert (standing(numbers), numbers["letters_sent"]) == ({"sent": 1, "cancelled": 2}, 1)
    assert stages(await post(client, f"/receipts/{token}/cancel", status=200)) == stages(cancelled)
    assert await differences(database) == []


async def test_what_was_cancelled_before_it_was_confirmed_stays_so(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    await post(client, f"/receipts/{token}/cancel", status=200)
    problem(await client.post(f"{API}/confirmations/{token}"), 410)
    await worker.drain()
    assert relay.accepted == []
    numbers = await stats(client)
    assert (standing(numbers), numbers["supporters"]) == ({"cancelled": 2}, 0)
    assert await differences(database) == []


async def test_erasing_forgets_the_person_and_keeps_the_count(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    relay.at_rcpt[EMBASSY] = ["451 4.2.1 later"]
    _, token = await write(client)
    await worker.drain()
    before = await stats(client)

    assert (await client.delete(f"{API}/receipts/{token}")).status_code == 204
    await make_due(database)
    await worker.drain()

    for refused in (
        await client.get(f"{API}/receipts/{token}"),
        await client.delete(f"{API}/receipts/{token}"),
        await client.post(f"{API}/receipts/{token}/cancel"),
        await client.post(f"{API}/confirmations/{token}"),
    ):
        problem(refused, 404)
    assert (await client.get(f"/confirm/{token}")).status_code == 404
    written = await everything_stored(database)
    assert not [secret for secret in (SAM, "Sam Supporter", PARAGRAPH, "Musterweg") if secret in written]
    after = await stats(client)
    assert (after["letters_sent"], before["letters_sent"]) == (1, 1)
    assert after["supporters"] == 1
    assert standing(after) == {"sent": 1, "cancelled": 1}
    assert relay.to(EMBASSY) == []
    assert await differences(database) == []


async def test_who_erases_before_confirming_hears_no_more(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    key = {"Idempotency-Key": "a-key-of-the-erased"}
    _, token = await hand_in(client)
    answer = await client.post(API + LETTERS, json=submission(), headers=key)
    assert answer.status_code == 202
    assert (await client.delete(f"{API}/receipts/{token}")).status_code == 204
    await worker.drain()
    assert len(relay.to(SAM)) == 1  # of the other submission
    assert standing(await stats(client)) == {"unconfirmed": 2, "cancelled": 2}
    assert await differences(database) == []


async def make_due(database: Database) -> None:
    """Let everything that waits for another attempt be due now."""
    async with database.transaction() as session:
        deliveries = table_of(Delivery)
        waiting = sa.update(deliveries).where(deliveries.c.due_at.is_not(None))
        await session.exec(waiting.values(due_at=deliveries.c.created_at))
