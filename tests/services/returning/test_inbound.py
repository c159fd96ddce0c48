"""What comes back, told from the outside: by the tally, the office's addresses, the supporter's mail."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col, select

from app.database import Database
from app.delivery.worker import Worker
from app.errors import Busy
from app.models.letter import Letter
from app.models.office import SoftBounce
from app.services.returning import inbound
from app.services.returning.inbound import TakenAs
from app.services.sealing import Keys
from tests.conftest import SECRET
from tests.delivery.steps import OFFICE, let_time_pass, letters, many_offices, queue, the_letter
from tests.factories import API, office, post, published
from tests.incoming.messages import dsn, qmail, reply
from tests.relay import Accepted, Relay
from tests.steps import differences, everything_stored, get, patch, stats

KEYS = Keys(SECRET)
SAM = "sam@supporter.example.org"
SECOND = "second@by.example.org"
FULL = {"status": "5.2.2", "words": "smtp; 552 5.2.2 mailbox full"}


async def take(database: Database, raw: bytes, to: str = "") -> TakenAs:
    return await inbound.take(database, KEYS, raw, to=to)


async def sent_letter(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, **options: Any
) -> Accepted:
    """A letter that has left, as the office's server got it."""
    await published(organiser, **options.pop("campaign", {}))
    await queue(client, worker, **options)
    await worker.drain()
    return relay.to(OFFICE)[-1]


async def emails(organiser: AsyncClient) -> Any:
    """The addresses of the authority."""
    offices = (await get(organiser, "/officials?kind=prosecutor_general"))["items"]
    return (await get(organiser, f"/officials/{offices[0]['id']}"))["emails"]


async def test_a_forged_bounce_changes_nothing(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    mail = await sent_letter(client, organiser, worker, relay)
    answers_to = str(mail.message["Reply-To"])

    forged = mail.sender.replace("+", "+a", 1).replace("a@", "@")
    for to in (forged, "letters@campaign.example.org", answers_to):
        assert await take(database, dsn(to)) in {TakenAs.NOT_OURS, TakenAs.NOTED}

    assert (await stats(client))["letters"]["sent"] == 1
    assert not any(email["dead"] for email in await emails(organiser))


@pytest.mark.parametrize("make", [dsn, qmail], ids=["by the book", "without form"])
async def test_a_bounce_moves_the_letter_once_and_ends_the_address(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, make: Any
) -> None:
    mail = await sent_letter(client, organiser, worker, relay)

    assert [await take(database, make(mail.sender)) for _ in range(3)] == [
        TakenAs.BOUNCED,
        TakenAs.NOTED,
        TakenAs.NOTED,
    ]

    numbers = await stats(client)
    assert (numbers["letters"]["sent"], numbers["letters"]["bounced"], numbers["letters_sent"]) == (0, 1, 0)
    assert await differences(database) == []
    (address,) = await emails(organiser)
    assert address["dead"]
    assert "mailbox here" in address["why"] or "user unknown" in address["why"]
    assert OFFICE not in address["why"]


async def test_a_bounce_is_found_by_the_envelope_where_its_headers_say_nothing(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    mail = await sent_letter(client, organiser, worker, relay)
    assert await take(database, dsn("undisclosed@example.org"), to=mail.sender.upper()) is TakenAs.BOUNCED


async def test_a_full_mailbox_is_suspended_after_three_days_and_an_organiser_restores_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    for n in range(4):
        await queue(client, worker, f"writer{n}@supporter.example.org")
    await worker.drain()

    seen = []
    for mail in relay.to(OFFICE):
        assert await take(database, dsn(mail.sender, **FULL)) is TakenAs.BOUNCED
        seen.append((await emails(organiser))[0]["dead"])
        if len(seen) > 1:  # the first two come on one day
            await _a_day_passes(database)
    assert seen == [False, False, False, True]

    (found,) = (await get(organiser, "/officials?kind=prosecutor_general"))["items"]
    await patch(organiser, f"/officials/{found['id']}", emails=[{"address": OFFICE}])
    await queue(client, worker, "later@supporter.example.org")
    await worker.drain()
    assert await take(database, dsn(relay.to(OFFICE)[-1].sender, **FULL)) is TakenAs.BOUNCED
    assert (await emails(organiser)) == [{"address": OFFICE, "dead": False, "why": None}]


async def _a_day_passes(database: Database) -> None:
    async with database.transaction() as session:
        for day in sorted(await session.exec(select(col(SoftBounce.day)).distinct())):
            a_day_before = sa.update(SoftBounce).where(col(SoftBounce.day) == day)
            await session.exec(a_day_before.values(day=day - timedelta(days=1)))


async def test_a_letter_that_was_not_wanted_bounces_and_its_address_stays_alive(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    mail = await sent_letter(client, organiser, worker, relay)
    refused = dsn(mail.sender, status="5.7.1", words="smtp; 550 5.7.1 rejected as spam, says Sam Supporter's filter")

    assert await take(database, refused) is TakenAs.BOUNCED

    assert not (await emails(organiser))[0]["dead"]
    reply_ = (await the_letter(database)).server_reply or ""
    assert "rejected as spam" in reply_
    assert "Sam" not in reply_


async def test_only_the_address_that_the_letter_went_to_is_ended(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    both = [office(emails=[{"address": OFFICE}, {"address": SECOND}])]
    mail = await sent_letter(client, organiser, worker, relay, campaign={"offices": both})

    await take(database, dsn(mail.sender))

    assert [(each["address"], each["dead"]) for each in await emails(organiser)] == [(OFFICE, True), (SECOND, False)]


async def test_a_delay_changes_nothing(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    mail = await sent_letter(client, organiser, worker, relay)
    late = dsn(mail.sender, action="delayed", status="4.4.1", words="smtp; 451 not now")

    assert await take(database, late) is TakenAs.NOTED
    assert (await stats(client))["letters"]["sent"] == 1


async def test_a_bounce_that_is_quicker_than_the_worker_has_to_come_again(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    await worker.drain()
    mail = relay.to(OFFICE)[-1]
    async with database.transaction() as session:  # as it stood a moment ago
        await session.exec(sa.update(Letter).values(stage="sending"))
    with pytest.raises(Busy):
        await take(database, dsn(mail.sender))
    async with database.transaction() as session:
        await session.exec(sa.update(Letter).values(stage="sent"))

    assert await take(database, dsn(mail.sender)) is TakenAs.BOUNCED


async def test_many_bounces_double_late_and_forged_move_the_tally_exactly_once(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, offices=many_offices(20))
    for n in range(10):
        await queue(client, worker, f"writer{n}@supporter.example.org")
    await worker.drain()
    mails = [mail for mail in relay.accepted if mail.to.endswith("@by.example.org")]
    real = [dsn(mail.sender, words="smtp; 554 5.7.1 spam", status="5.7.1") for mail in mails[:190]]
    forged = [dsn(mail.sender.replace("+", "+" + "z" * 3)[:50] + "@campaign.example.org") for mail in mails]
    pile = [*real, *real, *real, *forged]
    random.Random(7).shuffle(pile)  # noqa: S311 - the same disorder each time

    taken = await asyncio.gather(*(take(database, raw) for raw in pile))

    assert taken.count(TakenAs.BOUNCED) == 190
    numbers = (await stats(client))["letters"]
    assert (numbers["sent"], numbers["bounced"]) == (10, 190)
    assert await differences(database) == []


async def test_an_answer_is_recorded_and_its_words_are_not_kept(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    mail = await sent_letter(client, organiser, worker, relay)
    back = str(mail.message["Reply-To"])

    assert await take(database, reply(back, Subject="Automatic reply: received")) is TakenAs.ANSWERED
    assert (await the_letter(database)).answer == "automatic"
    assert await take(database, reply(back, text="We have read your letter.")) is TakenAs.ANSWERED

    letter = await the_letter(database)
    assert (letter.answer, letter.stage) == ("person", "sent")
    assert letter.answered_at is not None
    assert "We have read" not in await everything_stored(database)
    before = len(relay.accepted)
    await worker.drain()
    assert len(relay.accepted) == before


async def test_an_answer_is_passed_on_once_to_a_supporter_who_agreed(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    agreed = {"send": True, "answers": True}
    mail = await sent_letter(client, organiser, worker, relay, consent=agreed)
    back, before = str(mail.message["Reply-To"]), len(relay.to(SAM))

    for text in ("We have read your letter.", "We have read your letter."):
        await take(database, reply(back, text=text))
    await worker.drain()

    (passed,) = relay.to(SAM)[before:]
    assert "We have read your letter." in passed.body
    assert passed.message["Auto-Submitted"] == "auto-generated"
    assert passed.message["Reply-To"] is None
    assert "We have read" not in await everything_stored(database)


async def test_no_loop_of_mails_can_arise(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    mail = await sent_letter(client, organiser, worker, relay, consent={"send": True, "answers": True})
    back, before = str(mail.message["Reply-To"]), len(relay.to(SAM))

    for n in range(20):
        await take(database, reply(back, message_id=f"<{n}@by.example.org>"))
        await worker.drain()
    passed = relay.to(SAM)[before:]
    for each in passed:  # whatever the supporter's side sends back by itself ends here
        for raw in (each.raw, reply(each.sender, Subject="Automatic reply: away"), reply(each.sender)):
            await take(database, raw, to=back)
            await take(database, raw, to=each.sender)
    await worker.drain()

    assert len(passed) == 5
    assert len(relay.to(SAM)) == before + 5


async def test_an_organiser_reads_answers_only_where_the_campaign_keeps_them(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    mail = await sent_letter(client, organiser, worker, relay, campaign={"keep_answers": True})
    await take(database, reply(str(mail.message["Reply-To"]), text="We have read your letter."))

    (letter,) = await letters(database)
    assert letter.sealed_answer is not None
    assert (await get(organiser, f"/letters/{letter.id}"))["answer_text"] == "We have read your letter."
    assert "We have read" not in await everything_stored(database)


async def test_notices_to_a_dead_address_end(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await sent_letter(client, organiser, worker, relay, consent={"send": True, "contact": True})
    await let_time_pass(database)
    await worker.drain()
    (notice,) = relay.to(SAM)

    assert await take(database, dsn(notice.sender)) is TakenAs.BOUNCED
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    before = len(relay.to(SAM))
    await worker.drain()

    assert len(relay.to(SAM)) == before
    assert (await client.get(f"{API}/campaigns/free-ada/stats")).json()["letters"]["sent"] == 1


@pytest.mark.parametrize("raw", [b"", b"\xff" * 5000, b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b"])
async def test_what_cannot_be_read_is_kept_nowhere(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, raw: bytes
) -> None:
    mail = await sent_letter(client, organiser, worker, relay)
    before = await everything_stored(database)

    assert await take(database, raw, to=mail.sender) in {TakenAs.NOTED, TakenAs.ANSWERED}

    assert (await stats(client))["letters"]["sent"] == 1
    assert len(await everything_stored(database)) - len(before) < 40  # when, and by whom
