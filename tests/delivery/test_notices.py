"""What supporters are told, when, and how often; on both databases, by a real mail server."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import col

from app.config import PROJECT
from app.database import Database
from app.delivery.mailer import SmtpMailer
from app.delivery.worker import Worker
from app.models.columns import now
from app.models.delivery import Delivery, Notice, NoticeCount
from app.models.submission import Submission
from app.services import scrub
from app.services.telling import announcing, reminders
from tests.delivery.steps import hand_in, let_time_pass, queue, stats
from tests.factories import API, post, published
from tests.relay import Relay
from tests.steps import get, how_many, patch, problem

MAIL = PROJECT / "templates" / "mail"
LANGUAGES = sorted(folder.parent.name for folder in MAIL.glob("*/confirm.txt"))
SAM = "sam@supporter.example.org"
CONTACT = {"send": True, "contact": True}


async def all_due(worker: Worker, database: Database) -> None:
    """Deliver whatever has anything to do at some time."""
    await worker.drain()
    await let_time_pass(database)
    await worker.drain()


async def days_pass(database: Database, days: int) -> None:
    """Make everything that was handed in that much older."""
    async with database.transaction() as session:
        await session.exec(sa.update(Submission).values(created_at=now() - timedelta(days=days)))


def one_click(message: EmailMessage) -> str:
    """The path that the mail program's button posts to."""
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<http://127\.0\.0\.1:8000(/unsubscribe/\S+)>", str(message["List-Unsubscribe"]))
    assert found
    return found[1]


async def test_one_reminder_comes_after_three_days_and_after_seven_all_expires(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await hand_in(client, worker)
    await worker.drain()
    assert await reminders.run(database, at=now()) == 0
    await days_pass(database, 4)

    assert [await reminders.run(database, at=now()) for _ in range(3)] == [1, 0, 0]
    await worker.drain()

    asked, reminded = relay.to(SAM)
    assert reminded.subject != asked.subject
    link = re.search(r"/confirm/\S+", asked.body)
    assert link
    assert link[0] in reminded.body
    assert reminded.message["Auto-Submitted"] == "auto-generated"
    assert reminded.message["List-Unsubscribe"] is None
    await days_pass(database, 8)
    assert await scrub.run(database, at=now()) == 1
    assert await stats(client) == {"total": 1, "expired": 1}
    await all_due(worker, database)
    assert len(relay.to(SAM)) == 2


async def test_whoever_has_confirmed_is_not_reminded(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    token = await hand_in(client, worker)
    await worker.drain()
    await days_pass(database, 4)
    await reminders.run(database, at=now())
    await post(client, f"/confirmations/{token}", status=200)

    await worker.drain()

    assert len(relay.to(SAM)) == 1


async def test_nobody_can_be_bombed_with_confirmations(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    for address in (SAM, SAM.upper().replace("SUPPORTER.EXAMPLE.ORG", "supporter.example.org"), SAM, SAM, SAM, SAM):
        await hand_in(client, worker, address)  # answered 202 each time
    await hand_in(client, worker, "other@supporter.example.org")
    await worker.drain()

    assert sum(mail.to.lower() == SAM for mail in relay.accepted) == 3
    assert len(relay.to("other@supporter.example.org")) == 1
    await days_pass(database, 4)
    await reminders.run(database, at=now())
    await worker.drain()
    assert sum(mail.to.lower() == SAM for mail in relay.accepted) == 3
    async with database.transaction() as session:
        await session.exec(sa.update(NoticeCount).values(day=now().date() - timedelta(days=1)))
    await scrub.run(database, at=now())
    assert await how_many(database, "notice_count") == 0
    await hand_in(client, worker)
    await worker.drain()
    assert sum(mail.to.lower() == SAM for mail in relay.accepted) == 4


async def test_nobody_can_be_bombed_by_what_stands_behind_a_plus_sign(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    for tag in ("", "+1", "+two", "+3+x", "+"):
        await hand_in(client, worker, f"sam{tag}@supporter.example.org")
    await hand_in(client, worker, "samuel@supporter.example.org")
    await hand_in(client, worker, "+sam@supporter.example.org")
    await worker.drain()

    assert len([mail for mail in relay.accepted if mail.to.startswith(("sam@", "sam+"))]) == 3
    assert len(relay.accepted) == 5


async def test_an_outage_spends_no_notice_of_an_address_however_long_it_lasts(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    worker.mailer = worker._attempts._mailer = mailer = SmtpMailer(relay.url, first_pause=0)
    await published(organiser)
    await relay.stop()
    await hand_in(client, worker)
    for _ in range(10):
        await worker.run_once()
        await worker.finish()
        await let_time_pass(database)

    await relay.start()
    await worker.drain()
    await mailer.close()
    assert len(relay.to(SAM)) == 1


async def test_who_agreed_to_nothing_hears_nothing(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker)
    await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": "Ada was seen by a doctor."}})
    await all_due(worker, database)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    await all_due(worker, database)

    assert relay.to(SAM) == []


async def test_a_copy_brings_the_letters_as_they_left_and_only_then(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    relay.at_rcpt["prosecutor@by.example.org"] = ["451 later"]
    await queue(client, worker, consent={"send": True, "copies": True, "contact": True})
    await let_time_pass(database)
    await worker.run_once()
    await worker.finish()
    assert relay.to(SAM) == []

    await all_due(worker, database)
    await all_due(worker, database)

    (copy,) = relay.to(SAM)
    (letter,) = relay.to("prosecutor@by.example.org")
    assert letter.body.strip() in copy.body
    assert letter.subject in copy.body


async def test_thanks_come_once_all_letters_have_left(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker, consent=CONTACT)
    await all_due(worker, database)
    await all_due(worker, database)

    (thanks,) = relay.to(SAM)
    assert "Prosecutor General" in thanks.body
    assert one_click(thanks.message)


async def test_news_and_the_outcome_are_told_once_to_each_person_who_asked(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser, repeat_every_days=1)
    await queue(client, worker, language="de")
    await queue(client, worker, language="de", consent=CONTACT)
    await all_due(worker, database)
    relay.accepted.clear()

    told = {"text": {"en": "Ada was seen by a doctor.", "de": "Ada wurde ärztlich untersucht."}}
    await post(organiser, "/campaigns/free-ada/updates", told)
    await all_due(worker, database)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won", "note": {"en": "Ada is free."}}, status=200)
    await all_due(worker, database)
    await all_due(worker, database)

    update, outcome = relay.to(SAM)
    assert "Ada wurde ärztlich untersucht." in update.body
    assert "Sie hat ihr Ziel erreicht." in outcome.body
    assert "Ada is free." in outcome.body
    assert one_click(update.message) == one_click(outcome.message)
    public = await get(client, "/campaigns/free-ada/updates")
    assert [each["kind"] for each in public["items"]] == ["outcome", "update"]


async def test_one_click_ends_the_mails_and_looking_at_the_link_does_not(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await queue(client, worker, consent=CONTACT)
    await all_due(worker, database)
    link = one_click(relay.to(SAM)[-1].message)
    asked = await client.get(link)
    assert asked.status_code == 200
    assert "<button" in asked.text
    assert (await client.get(link[:-1])).status_code == 404
    assert (await client.post(link[:-2] + "xx")).status_code == 404
    assert (await client.get("/confirm/" + link.rpartition("/")[2])).status_code == 404  # it opens no receipt
    await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": "Still there."}})
    await worker.drain()
    relay.accepted.clear()

    ended = await client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (ended.status_code, (await client.post(link)).status_code) == (200, 200)

    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    await all_due(worker, database)
    assert relay.accepted == []
    assert (await stats(client))["sent"] == 1


@pytest.mark.parametrize("told", [("released", "no longer in prison"), ("died", "has died")])
async def test_when_a_prisoner_is_free_or_dies_those_with_waiting_letters_are_told(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database, told: tuple[str, str]
) -> None:
    status, words = told
    await published(organiser)
    await queue(client, worker)
    await worker.drain()  # this one has left
    await queue(client, worker, "late@supporter.example.org")
    await patch(organiser, "/prisoners/ada-prisoner", status=status)
    await patch(organiser, "/prisoners/ada-prisoner", verified_on="2026-01-01")
    await all_due(worker, database)
    await all_due(worker, database)

    (mail,) = relay.to("late@supporter.example.org")
    assert words in mail.body
    assert "Ada Prisoner" in mail.body
    assert relay.to(SAM) == []
    assert await stats(client) == {"total": 2, "sent": 1, "cancelled": 1}


async def test_thousands_are_told_in_batches_and_no_further_ahead_than_the_mail_server_comes(
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 3)
    monkeypatch.setattr(announcing, "MOST_WAITING", 5)
    await published(organiser)
    for n in range(8):
        await queue(client, worker, f"writer{n}@supporter.example.org", consent=CONTACT)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "partly"}, status=200)

    assert [await announcing.tell_some(database, at=now()) for _ in range(4)] == [True, True, False, False]
    assert await _outcomes(database) == 6
    async with database.transaction() as session:
        await session.exec(sa.update(Delivery).values(due_at=None))
    assert [await announcing.tell_some(database, at=now()) for _ in range(3)] == [True, False, False]
    assert await _outcomes(database) == 8


async def _outcomes(database: Database) -> int:
    async with database.reading() as session:
        count = sa.select(sa.func.count()).where(col(Delivery.notice) == Notice.OUTCOME)
        return int(await (await session.connection()).scalar(count) or 0)


async def test_a_draft_has_nobody_to_tell_and_strangers_tell_nothing(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)
    told = {"text": {"en": "Ada was seen by a doctor."}}
    problem(await client.post(f"{API}/campaigns/free-ada/updates", json=told), 401)
    problem(await organiser.post(f"{API}/campaigns/free-ada/updates", json={"text": {}}), 422, pointer="/text")


def notices() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for notice in Notice:
            if notice is not Notice.TEST:
                yield language, notice.value


@pytest.mark.parametrize(("language", "notice"), list(notices()))
def test_every_notice_is_there_in_every_language(language: str, notice: str) -> None:
    environment = Environment(loader=FileSystemLoader(MAIL), undefined=StrictUndefined, autoescape=False)  # noqa: S701
    values: dict[str, Any] = {
        "campaign": "Free Ada",
        "letters": [],
        "url": "https://letters.example.org/confirm/token",
        "expires_on": "1 January",
        "copies": ["Subject\nBody"],
        "text": "What happened.",
        "prisoner": "Ada Prisoner",
        "answer": "We have\nread it.",
        "unsubscribe": "https://letters.example.org/unsubscribe/token",
    }
    for outcome in ("won", "partly", "lost", "none"):
        for died in (True, False):
            text = environment.get_template(f"{language}/{notice}.txt").render(**values, outcome=outcome, died=died)
            subject, _, body = text.partition("\n")
            assert re.fullmatch(r"Subject: \S.{5,70}\S", subject)
            assert "Free Ada" in body
            assert "{" not in body
            assert "\n\n\n\n" not in body
            assert max(map(len, body.splitlines())) <= 76
            assert not any(line != line.rstrip() for line in body.splitlines())
