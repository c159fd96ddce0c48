"""The line: one supporter's letters, from the preview to the count."""

import asyncio

import pytest
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from tests.factories import API, PARAGRAPH, campaign, office, post, published, submission
from tests.relay import Relay
from tests.steps import (
    EMBASSY,
    LETTERS,
    PROSECUTOR,
    SAM,
    differences,
    everything_stored,
    hand_in,
    patch,
    receipt,
    somebody,
    stages,
    standing,
    stats,
    token_in_mail,
    write,
)

BY_POST = {"channels": ["post"], "postal_address": "Prosecutor General\nMain Street 1\nExampletown"}
BY_FORM = {"kind": "minister", "channels": ["web_form"], "web_form_url": "https://minister.example.org/write"}


async def test_nothing_leaves_before_it_is_confirmed(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await hand_in(client)
    token = await token_in_mail(worker, relay)

    page = await client.get(f"/confirm/{token}")
    await worker.drain()

    assert page.status_code == 200
    assert [mail.to for mail in relay.accepted] == [SAM]
    assert standing(await stats(client)) == {"unconfirmed": 2}


async def test_what_is_previewed_is_what_leaves(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    preview = await post(client, f"{LETTERS}/preview", submission(), status=200)
    assert await stats(client) | {"as_of": ""} == await stats(client) | {"as_of": ""}
    assert standing(await stats(client)) == {}

    await write(client)
    await worker.drain()

    for address, previewed in zip((PROSECUTOR, EMBASSY), preview["letters"], strict=True):
        (letter,) = relay.to(address)
        assert (letter.subject, letter.body) == (previewed["subject"], previewed["body"])
        assert PARAGRAPH in letter.body


async def test_each_letter_is_in_a_language_of_its_office_with_all_demands_as_they_are_written(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    demands = campaign()["demands"]

    await write(client, language="en")  # which the prosecutor takes, the embassy does not
    await write(client, language="fr", supporter=somebody("frida"))  # which neither takes
    await worker.drain()

    for address, languages in ((PROSECUTOR, ["en", "ru"]), (EMBASSY, ["de", "de"])):
        bodies = [letter.body for letter in relay.to(address)]
        found = [each for body in bodies for each in set(languages) if all(it in body for it in demands[each])]
        assert sorted(found) == languages
        assert all(PARAGRAPH in body for body in bodies)
    salutations = {letter.body.split("\n")[0] for letter in relay.to(PROSECUTOR)}
    assert salutations == {"Dear Prosecutor General,", "Уважаемый господин Генеральный прокурор!"}


async def test_the_salutation_is_that_of_whoever_holds_the_office_when_the_letter_leaves(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    made = await published(organiser)
    await write(client, language="ru")

    holder = {"name": "Vera Prosecutor", "surname": "Prosecutor", "gender": "female"}
    await patch(organiser, f"/officials/{made['offices'][0]}", holder=holder)
    await worker.drain()

    assert relay.to(PROSECUTOR)[0].body.startswith("Уважаемая госпожа Генеральный прокурор!")


async def test_the_numbers_are_true_at_every_step(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, goal=1_000)
    before = await stats(client)
    assert (before["campaign"], before["goal"], before["letters_sent"]) == ("free-ada", 1_000, 0)
    assert (standing(before), before["supporters"], before["countries"]) == ({}, 0, 0)

    _, token = await hand_in(client)
    handed_in = await stats(client)
    assert (standing(handed_in), handed_in["letters_sent"], handed_in["supporters"]) == ({"unconfirmed": 2}, 0, 0)

    relay.at_rcpt[EMBASSY] = ["550 5.1.1 no such mailbox"]
    await post(client, f"/confirmations/{token}", status=200)
    confirmed = await stats(client)
    assert (standing(confirmed), confirmed["letters_sent"], confirmed["supporters"]) == ({"queued": 2}, 0, 1)

    await worker.drain()
    sent = await stats(client)
    assert (standing(sent), sent["letters_sent"]) == ({"sent": 1, "failed": 1}, 1)
    assert (sent["supporters"], sent["countries"]) == (1, 1)
    assert sorted(stages(await receipt(client, token))) == [("failed", "refused_by_server"), ("sent", None)]
    assert await differences(database) == []


async def test_confirming_again_sends_nothing_and_answers_the_same(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    first, token = await write(client)
    await worker.drain()
    again = await post(client, f"/confirmations/{token}", status=200)
    await worker.drain()

    assert stages(first) == [("queued", None)] * 2
    assert stages(again) == [("sent", None)] * 2
    assert len(relay.to(PROSECUTOR)) == len(relay.to(EMBASSY)) == 1
    assert (await stats(client))["supporters"] == 1
    assert await differences(database) == []


async def test_what_a_person_has_written_before_is_not_sent_again_and_nobody_learns_of_it_before(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    first, _ = await hand_in(client)
    await post(client, f"/confirmations/{await token_in_mail(worker, relay)}", status=200)
    await worker.drain()
    counted = await stats(client)

    second, token = await hand_in(client, supporter={"email": SAM.capitalize(), "name": "Samuel S."})
    assert _without_ids(second) == _without_ids(first)
    assert token == await token_in_mail(worker, relay, SAM.capitalize())
    confirmed = await post(client, f"/confirmations/{token}", status=200)
    await worker.drain()

    assert confirmed["status"] == "confirmed"
    assert stages(confirmed) == stages(await receipt(client, token)) == [("cancelled", "duplicate")] * 2
    assert len(relay.to(PROSECUTOR)) == len(relay.to(EMBASSY)) == 1
    now = await stats(client)
    assert standing(now) == {"sent": 2, "cancelled": 2}
    assert [now[name] for name in ("letters_sent", "supporters")] == [
        counted[name] for name in ("letters_sent", "supporters")
    ]

    await write(client, supporter=somebody("alex") | {"country": "CH"})
    await worker.drain()
    other = await stats(client)
    assert [other[name] for name in ("letters_sent", "supporters", "countries")] == [4, 2, 2]
    assert await differences(database) == []


async def test_a_letter_by_post_or_form_is_printed_and_counts_when_it_has_left(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=[office(**BY_POST), office(**BY_FORM)], embassies_of=[])
    confirmed, token = await write(client, language="en")
    assert stages(confirmed) == [("ready", None)] * 2
    ids = {letter["channel"]: letter["id"] for letter in confirmed["letters"]}
    posted, form = ids["post"], ids["web_form"]
    paper = await client.get(f"{API}/receipts/{token}/letters/{posted}.txt")
    assert paper.headers["content-type"].startswith("text/plain")
    assert "Main Street 1\nExampletown" in paper.text
    assert "Dear Prosecutor General," in paper.text
    assert all(demand in paper.text for demand in campaign()["demands"]["en"])
    assert "https://minister.example.org/write" in (await client.get(f"{API}/receipts/{token}/letters/{form}.txt")).text

    assert (await stats(client))["letters_sent"] == 0
    await post(client, f"/receipts/{token}/letters/{posted}/posted", status=200)
    await post(client, f"/receipts/{token}/letters/{form}/posted", status=200)
    done = await stats(client)
    assert (standing(done), done["letters_sent"]) == ({"posted": 1, "submitted": 1}, 2)
    again = await client.post(f"{API}/receipts/{token}/letters/{posted}/posted")
    assert again.status_code == 409

    await post(client, f"/receipts/{token}/letters/{posted}/undo", status=200)
    undone = await stats(client)
    assert (standing(undone), undone["letters_sent"]) == ({"ready": 1, "submitted": 1}, 1)
    await worker.drain()
    assert {mail.to for mail in relay.accepted} <= {SAM}
    assert await differences(database) == []


async def test_letters_stand_in_one_order_in_every_answer(client: AsyncClient, organiser: AsyncClient) -> None:
    offices = [office(title={"en": f"Office {n}"}, emails=[{"address": f"o{n}@by.example.org"}]) for n in range(6)]
    await published(organiser, offices=offices, embassies_of=[])
    preview = await post(client, f"{LETTERS}/preview", submission(), status=200)

    handed_in, token = await hand_in(client)
    before = await receipt(client, token)
    confirmed = await post(client, f"/confirmations/{token}", status=200)

    for answer in (handed_in, before, confirmed):
        assert [each["office"] for each in answer["letters"]] == [each["office"] for each in preview["letters"]]


async def test_confirming_fifty_times_at_once_sends_each_letter_once(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    await worker.drain()

    answers = await asyncio.gather(*(client.post(f"{API}/confirmations/{token}") for _ in range(50)))
    await worker.drain()

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert sorted(mail.to for mail in relay.accepted) == [EMBASSY, PROSECUTOR, SAM]
    assert (await stats(client))["supporters"] == 1
    assert await differences(database) == []


async def test_one_person_confirming_many_submissions_at_once_writes_each_letter_once(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    offices = [office(emails=[{"address": f"office-{n}@by.example.org"}]) for n in range(8)]
    made = (await published(organiser, offices=offices, embassies_of=[]))["offices"] * 3
    for round_ in range(4):
        sam = somebody(f"sam-{round_}")
        handed = [await hand_in(client, supporter=sam, office_ids=made[n : n + 6]) for n in range(10)]
        answers = await asyncio.gather(*(client.post(f"{API}/confirmations/{token}") for _, token in handed))
        assert [answer.status_code for answer in answers] == [200] * 10
    await worker.drain()

    assert [len(relay.to(f"office-{n}@by.example.org")) for n in range(8)] == [4] * 8
    numbers = await stats(client)
    assert (standing(numbers), numbers["supporters"]) == ({"sent": 32, "cancelled": 208}, 4)
    assert await differences(database) == []


async def test_a_notice_goes_to_the_domain_that_was_meant(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await hand_in(client, supporter={"email": "sam@straße.example.org"})  # not strasse, which is somebody else's
    await worker.drain()
    assert [mail.to for mail in relay.accepted] == ["sam@xn--strae-oqa.example.org"]


async def test_who_a_supporter_is_stands_neither_in_the_database_nor_in_the_log(
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", logger="app")
    await published(organiser)
    relay.at_rcpt[SAM] = [f"451 4.2.1 <{SAM}> is busy"]
    _, token = await hand_in(client)
    await worker.drain()
    await post(client, f"/confirmations/{token}", status=200)
    relay.at_data["*"] = ["550 5.7.1 we take nothing from Sam Supporter"]
    await worker.drain()

    written = await everything_stored(database)
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("app"))
    for secret in (SAM, "Sam Supporter", PARAGRAPH, "Musterweg", "10115"):
        assert secret not in written
        assert secret not in said


def _without_ids(answer: dict[str, object]) -> str:
    text = str(answer)
    for letter in answer["letters"]:  # type: ignore[attr-defined]
        text = text.replace(letter["id"], "")
    return text.replace(str(answer["submission_id"]), "")
