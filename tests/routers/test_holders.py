"""Who holds an office: one at a time, from a day until another; letters greet whoever holds it when they leave."""

import uuid
from datetime import UTC, datetime, timedelta

from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.services.offices.holders import holders_of
from tests.factories import API, office, post, published
from tests.relay import Relay
from tests.steps import PROSECUTOR, get, patch, problem, write

TODAY = datetime.now(UTC).date()
VERA = {"name": "Vera Prosecutor", "surname": "Nova", "gender": "female"}


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


async def test_a_holder_to_come_takes_office_on_their_day(organiser: AsyncClient, database: Database) -> None:
    one = (await post(organiser, "/officials", office(holder={"name": "Pavel Prosecutor", "since": "2020-01-01"})))[
        "id"
    ]
    shown = await patch(organiser, f"/officials/{one}", holder={**VERA, "since": day(10)})
    assert shown["holder"]["name"] == "Pavel Prosecutor"
    assert shown["holder"]["until"] == day(9)

    async with database.reading() as session:
        for after, name in ((0, "Pavel Prosecutor"), (9, "Pavel Prosecutor"), (10, "Vera Prosecutor")):
            held = await holders_of(session, [uuid.UUID(one)], on=TODAY + timedelta(days=after))
            assert held[uuid.UUID(one)].name == name
    listed = (await get(organiser, f"/officials/{one}/holders"))["items"]
    assert [(each["name"], each["since"]) for each in listed] == [
        ("Vera Prosecutor", day(10)),
        ("Pavel Prosecutor", "2020-01-01"),
    ]


async def test_two_at_once_are_refused_and_nothing_changes(organiser: AsyncClient, client: AsyncClient) -> None:
    holder = {"name": "Pavel Prosecutor", "since": "2020-01-01", "until": day(30)}
    one = f"{API}/officials/{(await post(organiser, '/officials', office(holder=holder)))['id']}"
    for since in (day(0), day(30), "2019-01-01"):
        refused = await organiser.patch(one, json={"holder": {**VERA, "since": since}})
        problem(refused, 422, pointer="/holder/since")
    assert (await organiser.patch(one, json={"holder": {**VERA, "since": day(60)}})).status_code == 200
    vera, pavel = (await client.get(f"{one}/holders")).json()["items"]
    assert pavel["until"] == day(30)  # the gap between them stays

    for holder_id, change, pointer in (
        (vera["id"], {"since": day(30)}, "/since"),
        (pavel["id"], {"until": day(60)}, "/until"),
        (pavel["id"], {"until": None}, "/until"),
        (pavel["id"], {"until": "2019-12-31"}, "/until"),
        (pavel["id"], {"name": None}, "/name"),
    ):
        problem(await organiser.patch(f"{one}/holders/{holder_id}", json=change), 422, pointer=pointer)
    assert (await client.get(f"{one}/holders")).json()["items"] == [vera, pavel]


async def test_a_holder_is_put_right_or_taken_out(
    organiser: AsyncClient, client: AsyncClient, stranger: AsyncClient
) -> None:
    one = f"{API}/officials/{(await post(organiser, '/officials', office()))['id']}"
    await organiser.patch(one, json={"holder": {**VERA, "since": day(5)}})
    vera, pavel = (await client.get(f"{one}/holders")).json()["items"]
    for visitor, status in ((client, 401), (stranger, 404)):
        problem(await visitor.delete(f"{one}/holders/{vera['id']}"), status)
    assert (await organiser.delete(f"{one}/holders/{vera['id']}")).status_code == 204
    problem(await organiser.delete(f"{one}/holders/{vera['id']}"), 404)
    mended = await organiser.patch(f"{one}/holders/{pavel['id']}", json={"until": None, "surname": "Pavlov"})
    assert (mended.json()["until"], mended.json()["surname"]) == (None, "Pavlov")
    assert (await client.get(one)).json()["holder"]["surname"] == "Pavlov"


async def test_queued_letters_greet_the_new_holder(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    made = await published(organiser, offices=[office(languages=["de"])])
    await write(client)
    await patch(organiser, f"/officials/{made['offices'][0]}", holder=VERA)
    await worker.drain()
    (letter,) = relay.to(PROSECUTOR)
    assert letter.body.startswith("Sehr geehrte Frau")
