"""Handing letters in: what is refused, and what a repeated request gets."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import col

from app.database import Database
from app.models.columns import now
from app.models.submission import Submission
from tests.factories import API, PARAGRAPH, embassy, office, post, prisoner, published, submission
from tests.steps import LETTERS, get, hand_in, how_many, patch, problem, receipt, somebody, stages, stats

KEY = {"Idempotency-Key": "8c1f2a64-one-submission"}


async def test_what_cannot_be_written_is_refused_with_the_field_that_is_wrong(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    france = str((await post(organiser, "/officials", embassy(accredited_to=["FR"])))["id"])
    for pointer, body in {
        "/consent/send": submission(consent={"send": False}),
        "/consent": _without("consent"),
        "/supporter/email": submission(supporter={"email": "sam"}),
        "/supporter/country": submission(supporter={"country": "XX"}),
        "/prisoner": submission(prisoner="nobody-here"),
        "/office_ids/0": submission(office_ids=[france]),
        "/office_ids": submission(office_ids=[]),
        "/language": submission(language="Deutsch"),
        "/paragraph": submission(paragraph="Too short."),
        "/source": submission(source="a b"),
        "/supporter/is_admin": submission(supporter={"is_admin": True}),
        "/status": submission(status="confirmed"),
    }.items():
        for path in (LETTERS, f"{LETTERS}/preview"):
            problem(await client.post(API + path, json=body), 422, pointer=pointer)
    for path in (LETTERS, f"{LETTERS}/preview"):
        problem(await client.post(API + path.replace("free-ada", "no-such"), json=submission()), 404)
    assert await how_many(database, "submission") == 0


async def test_the_answer_tells_which_letters_wait_for_confirmation(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)
    answer, _ = await hand_in(client, language="de")
    assert answer["status"] == "unconfirmed"
    assert [(each["office"], each["language"], each["channel"], each["stage"]) for each in answer["letters"]] == [
        ("Generalstaatsanwalt", "ru", "email", "unconfirmed"),
        ("Botschafterin in Deutschland", "de", "email", "unconfirmed"),
    ]
    chosen, _ = await hand_in(client, language="de", office_ids=[answer["letters"][1]["office_id"]])
    assert [each["office"] for each in chosen["letters"]] == ["Botschafterin in Deutschland"]


async def test_a_letter_can_be_about_one_of_several_prisoners(client: AsyncClient, organiser: AsyncClient) -> None:
    rosa = prisoner(slug="rosa-prisoner", name="Rosa Prisoner", names={}, cases={}, summary={"en": "Rosa is held too."})
    await post(organiser, "/prisoners", rosa)
    await post(organiser, "/prisoners", prisoner())
    one = await post(organiser, "/officials", office(languages=["en"]))
    await post(organiser, "/campaigns", _both(one["id"]))
    await post(organiser, "/campaigns/free-both/publish", status=200)

    to = "/campaigns/free-both/letters"
    both = await post(client, f"{to}/preview", submission(), status=200)
    only = await post(client, f"{to}/preview", submission(prisoner="rosa-prisoner"), status=200)
    assert "Ada Prisoner and Rosa Prisoner" in both["letters"][0]["body"]
    assert "Ada is held" not in only["letters"][0]["body"]
    assert "Rosa is held too." in only["letters"][0]["body"]


async def test_own_words_stay_as_they_are_written(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    for paragraph in (
        "{{ names }} {% if urgent %} ${names} %s {0} stays as it is.",
        "A dot alone\n.\nand a line that begins with From\nFrom here on.",
        "Žluťoučký kůň, 你好, مرحبا, שלום: every script is welcome.",
    ):
        preview = await post(client, f"{LETTERS}/preview", submission(paragraph=paragraph), status=200)
        assert all(f"\n\n{paragraph}\n\n" in letter["body"] for letter in preview["letters"])


async def test_a_repeated_request_gets_the_same_answer_and_counts_once(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    first = await client.post(API + LETTERS, json=submission(), headers=KEY)
    again = await client.post(API + LETTERS, json=submission(), headers=KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content

    other = submission(paragraph="These are other words than those before.")
    problem(await client.post(API + LETTERS, json=other, headers=KEY), 422)
    for wrong in ("short", "x" * 201):
        problem(await client.post(API + LETTERS, json=submission(), headers={"Idempotency-Key": wrong}), 422)
    assert await how_many(database, "submission") == 1

    refused = submission(supporter={"country": "BY"})
    fresh = {"Idempotency-Key": "a-key-for-a-refusal"}
    problem(await client.post(API + LETTERS, json=refused, headers=fresh), 409)
    assert (await client.post(API + LETTERS, json=submission(), headers=fresh)).status_code == 202
    assert await how_many(database, "submission") == 2


async def test_fifty_times_the_same_request_at_once_is_one_submission(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    answers = await asyncio.gather(*(client.post(API + LETTERS, json=submission(), headers=KEY) for _ in range(50)))
    assert {answer.status_code for answer in answers} - {409} == {202}
    assert len({answer.json()["submission_id"] for answer in answers if answer.status_code == 202}) == 1
    assert await how_many(database, "submission") == 1
    assert (await stats(client))["letters"]["total"] == 2


async def test_a_forged_or_cut_link_confirms_nothing(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    for forged in forgeries(token):
        problem(await client.post(f"{API}/confirmations/{forged}"), 404)
    assert stages(await receipt(client, token)) == [("unconfirmed", None)] * 2


async def test_a_link_is_good_for_seven_days(client: AsyncClient, organiser: AsyncClient, database: Database) -> None:
    await published(organiser)
    for days, status in ((6, 200), (8, 410)):
        answer, token = await hand_in(client, supporter=somebody(f"day-{days}"))
        await set_back(database, answer["submission_id"], days=days)
        confirmed = await client.post(f"{API}/confirmations/{token}")
        assert confirmed.status_code == status
        if status == 410:
            problem(confirmed, 410)
            assert stages(await receipt(client, token)) == [("unconfirmed", None)] * 2
            page = await client.post(f"/confirm/{token}")
            assert (page.status_code, page.headers["content-type"].split(";")[0]) == (410, "text/html")


async def test_who_may_write_again_after_some_days_writes_a_second_letter(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser, repeat_every_days=7, opens_on=_day(0), closes_on=_day(30))
    _, first = await hand_in(client)
    assert stages(await post(client, f"/confirmations/{first}", status=200)) == [("queued", None)] * 2
    _, second = await hand_in(client)
    assert stages(await post(client, f"/confirmations/{second}", status=200)) == [("cancelled", "duplicate")] * 2
    await patch(organiser, "/campaigns/free-ada", opens_on=_day(-8))  # so that today lies in the next round
    _, third = await hand_in(client)
    assert stages(await post(client, f"/confirmations/{third}", status=200)) == [("queued", None)] * 2
    assert (await stats(client))["supporters"] == 1
    assert PARAGRAPH in (await get(client, f"/receipts/{third}"))["letters"][0]["body"]


def forgeries(token: str) -> list[str]:
    """Tokens that are nearly this one."""
    last = "A" if token[-1] != "A" else "B"
    return [
        token[:-1],
        token[:-1] + last,
        "B" + token[1:],
        token + "A",
        token + "=",
        token[:22],
        token.swapcase(),
        "x",
        "%00",
        "%F0%9F%98%80",
        "A" * len(token),
    ]


async def set_back(database: Database, submission_id: str, *, days: int) -> None:
    """Let a submission be handed in so many days ago."""
    async with database.transaction() as session:
        which = sa.update(Submission).where(col(Submission.id) == uuid.UUID(submission_id))
        await session.exec(which.values(created_at=now() - timedelta(days=days)))


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in submission().items() if key != name}


def _day(days: int) -> str:
    return (now() + timedelta(days=days)).date().isoformat()


def _both(office_id: str) -> dict[str, Any]:
    return {
        "slug": "free-both",
        "code": "BLR-2",
        "title": {"en": "Free both"},
        "demands": {"en": ["their release"]},
        "closes_on": _day(30),
        "prisoners": ["ada-prisoner", "rosa-prisoner"],
        "offices": [office_id],
    }
