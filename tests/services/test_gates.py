"""May this be written now? Asked at every door, and told with the reason."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlmodel import select

from app.database import Database
from app.delivery.worker import Worker
from app.models.campaign import Campaign, CampaignStatus
from app.models.columns import now
from app.models.letter import Reason
from app.models.prisoner import Consent, PrisonerStatus
from app.services import gates
from app.services.organising import publishing
from tests.factories import API, embassy, post, published, submission
from tests.relay import Relay
from tests.steps import (
    EMBASSY,
    LETTERS,
    PROSECUTOR,
    differences,
    get,
    hand_in,
    patch,
    problem,
    receipt,
    somebody,
    stages,
    standing,
    stats,
    write,
)

TODAY = date(2026, 5, 1)
ADA = uuid.uuid4()


def against(
    *,
    status: PrisonerStatus = PrisonerStatus.CONVICTED,
    consent: Consent = Consent.GIVEN,
    country: str = "DE",
    today: date = TODAY,
    known: bool = True,
    campaign: dict[str, Any] | None = None,
) -> Reason | None:
    values = {
        "status": CampaignStatus.ACTIVE,
        "opens_on": TODAY,
        "closes_on": TODAY,
        "refused_countries": ["BY"],
        **(campaign or {}),
    }
    prisoners = {ADA: (status, consent)} if known else {}
    state = gates.State(Campaign(**values), prisoners, {})
    return gates.against(state, country=country, prisoner_ids=[ADA], today=today)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, None),
        ({"today": TODAY + timedelta(days=1)}, Reason.TOO_LATE),
        ({"today": TODAY - timedelta(days=1)}, Reason.NOT_YET_OPEN),
        ({"campaign": {"opens_on": None}}, None),
        ({"country": "BY"}, Reason.COUNTRY_REFUSED),
        ({"consent": Consent.NONE}, Reason.NO_CONSENT),
        ({"consent": Consent.WITHDRAWN}, Reason.NO_CONSENT),
        ({"status": PrisonerStatus.RELEASED}, Reason.PRISONER_FREE_OR_DEAD),
        ({"status": PrisonerStatus.EXILED}, Reason.PRISONER_FREE_OR_DEAD),
        ({"status": PrisonerStatus.DIED}, Reason.PRISONER_FREE_OR_DEAD),
        ({"status": PrisonerStatus.HOUSE_ARREST}, None),
        ({"status": PrisonerStatus.DISAPPEARED}, None),
    ],
)
def test_a_gate_tells_its_reason(told: dict[str, Any], reason: Reason | None) -> None:
    assert against(**told) is reason


def test_a_pause_only_holds_what_nothing_else_stops() -> None:
    paused = {"status": CampaignStatus.PAUSED}
    assert against(campaign=paused) is Reason.CAMPAIGN_PAUSED
    assert against(campaign=paused, status=PrisonerStatus.RELEASED) is Reason.PRISONER_FREE_OR_DEAD
    assert against(campaign=paused, consent=Consent.WITHDRAWN) is Reason.NO_CONSENT
    assert against(campaign=paused, today=TODAY + timedelta(days=1)) is Reason.TOO_LATE


def test_nobody_writes_about_somebody_who_is_not_there_any_more() -> None:
    assert against(known=False) is Reason.NO_CONSENT


Do = Callable[[], Awaitable[Any]]


def shutting(organiser: AsyncClient, offices: list[str], database: Database) -> dict[str, tuple[Do, Do]]:
    """What an organiser, or time, does to shut each gate, and to open it again."""
    day = {name: (now() + timedelta(days=days)).date().isoformat() for name, days in _DAYS.items()}
    campaign, ada = "/campaigns/free-ada", "/prisoners/ada-prisoner"

    def change(path: str, **values: Any) -> Do:
        return lambda: patch(organiser, path, **values)

    def dates(opens: str, closes: str) -> Do:
        return change(campaign, opens_on=day[opens], closes_on=day[closes])

    async def let_the_last_day_pass() -> None:
        values = {"opens_on": date.fromisoformat(day["past"]), "closes_on": date.fromisoformat(day["yesterday"])}
        async with database.transaction() as session:
            await session.exec(sa.update(Campaign).values(values))

    async def in_use(*, value: bool) -> None:
        for office_id in offices:
            await patch(organiser, f"/officials/{office_id}", in_use=value)

    async def alive(*, value: bool) -> None:
        for office_id, address in zip(offices, (PROSECUTOR, EMBASSY), strict=True):
            await patch(organiser, f"/officials/{office_id}", emails=[{"address": address, "dead": not value}])

    async def release() -> None:
        body = {"kind": "release", "happened_on": day["today"]}
        assert (await post(organiser, f"{ada}/events", body))["status"] == "released"

    open_dates = dates("past", "future")
    return {
        "too_late": (let_the_last_day_pass, open_dates),
        "not_yet_open": (dates("tomorrow", "future"), open_dates),
        "country_refused": (change(campaign, refused_countries=["DE"]), change(campaign, refused_countries=["BY"])),
        "no_consent": (change(ada, consent="withdrawn"), change(ada, consent="given")),
        "prisoner_free_or_dead": (release, change(ada, status="detained")),
        "office_not_in_use": (lambda: in_use(value=False), lambda: in_use(value=True)),
        "no_address": (lambda: alive(value=False), lambda: alive(value=True)),
        "campaign_paused": (
            lambda: post(organiser, f"{campaign}/pause", status=200),
            lambda: post(organiser, f"{campaign}/resume", status=200),
        ),
    }


_DAYS = {"past": -100, "yesterday": -1, "today": 0, "tomorrow": 1, "future": 90}
CANCELS = {"office_not_in_use", "no_address"}  # single letters at confirmation, not the whole submission


async def test_a_shut_gate_is_told_at_preview_submission_and_confirmation(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    first, token = await hand_in(client)
    gates_ = shutting(organiser, [letter["office_id"] for letter in first["letters"]], database)
    for n, (reason, (shut, reopen)) in enumerate(gates_.items()):
        _, other_token = await hand_in(client, supporter=somebody(f"alex-{n}"))
        await shut()
        offer = await get(client, "/campaigns/free-ada/officials?country=DE")
        assert (offer["items"], bool(offer["nobody_because"])) == ([], True), reason
        for path in (LETTERS, f"{LETTERS}/preview"):
            problem(await client.post(API + path, json=submission()), 409, reason=reason)
        if reason in CANCELS:
            confirmed = await post(client, f"/confirmations/{other_token}", status=200)
            assert stages(confirmed) == [("cancelled", reason)] * 2
        elif reason == "campaign_paused":
            held = await post(client, f"/confirmations/{other_token}", status=200)
            assert stages(held) == [("held", reason)] * 2
        else:
            problem(await client.post(f"{API}/confirmations/{token}"), 409, reason=reason)
            assert stages(await receipt(client, token)) == [("unconfirmed", None)] * 2
        await reopen()
    assert stages(await post(client, f"/confirmations/{token}", status=200)) == [("queued", None)] * 2

    _, late_token = await hand_in(client, supporter=somebody("late"))
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    for path in (LETTERS, f"{LETTERS}/preview"):
        problem(await client.post(API + path, json=submission()), 409, reason="campaign_closed")
    problem(await client.post(f"{API}/confirmations/{late_token}"), 409, reason="campaign_closed")
    assert await differences(database) == []


async def test_a_shut_gate_stops_what_is_queued_and_the_receipt_tells_why(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    first, _ = await hand_in(client)
    gates_ = shutting(organiser, [letter["office_id"] for letter in first["letters"]], database)
    del gates_["campaign_paused"]
    for reason, (shut, reopen) in gates_.items():
        _, token = await write(client, supporter=somebody(reason))
        await shut()
        await worker.drain()
        assert stages(await receipt(client, token)) == [("cancelled", reason)] * 2
        await reopen()
        await worker.drain()
    assert relay.to(PROSECUTOR) == relay.to(EMBASSY) == []
    assert (await stats(client))["letters_sent"] == 0
    assert await differences(database) == []


async def test_a_pause_holds_letters_until_they_go_on(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    _, queued = await write(client)
    _, unconfirmed = await hand_in(client, supporter=somebody("alex"))
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await post(client, f"/confirmations/{unconfirmed}", status=200)
    await worker.drain()
    for token in (queued, unconfirmed):
        assert stages(await receipt(client, token)) == [("held", "campaign_paused")] * 2
    assert relay.to(PROSECUTOR) == []

    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await worker.drain()
    assert len(relay.to(PROSECUTOR)) == len(relay.to(EMBASSY)) == 2
    assert standing(await stats(client)) == {"sent": 4}
    assert stages(await receipt(client, queued)) == [("sent", None)] * 2
    assert await differences(database) == []


async def test_a_letter_that_is_confirmed_while_a_pause_ends_is_not_left_behind(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    _, token = await hand_in(client)
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    async with database.transaction() as session:
        which = select(Campaign).where(Campaign.slug == "free-ada").with_for_update()
        await publishing.resume(session, (await session.exec(which)).one())
        confirming = asyncio.create_task(post(client, f"/confirmations/{token}", status=200))
        await asyncio.wait({confirming}, timeout=0.3)  # it may look, but not decide before the pause has ended
    await confirming
    await worker.drain()
    assert stages(await receipt(client, token)) == [("sent", None)] * 2


async def test_closing_cancels_all_that_has_not_left(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay, database: Database
) -> None:
    await published(organiser)
    await write(client, supporter=somebody("early"))
    await worker.drain()
    tokens = [(await write(client))[1], (await hand_in(client, supporter=somebody("alex")))[1]]
    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    await worker.drain()
    for token in tokens:
        assert stages(await receipt(client, token)) == [("cancelled", "campaign_closed")] * 2
    assert len(relay.to(PROSECUTOR)) == 1
    assert standing(await stats(client)) == {"sent": 2, "cancelled": 4}
    assert await differences(database) == []


async def test_an_office_out_of_use_is_left_out_and_the_others_are_written_to(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    made = await published(organiser)
    await patch(organiser, f"/officials/{made['offices'][0]}", in_use=False)
    preview = await post(client, f"{LETTERS}/preview", submission(), status=200)
    assert [letter["office"] for letter in preview["letters"]] == ["Ambassador to Germany"]
    problem(
        await client.post(API + LETTERS, json=submission(office_ids=made["offices"])), 409, reason="office_not_in_use"
    )


async def test_a_new_address_is_used_when_the_first_is_dead(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    made = await published(organiser, offices=[embassy(accredited_to=[])], embassies_of=[])
    await write(client)
    emails = [{"address": EMBASSY, "dead": True}, {"address": "desk@by.example.org"}]
    await patch(organiser, f"/officials/{made['offices'][0]}", emails=emails)
    await worker.drain()
    assert relay.to(EMBASSY) == []
    assert len(relay.to("desk@by.example.org")) == 1
