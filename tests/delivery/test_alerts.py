"""Organisers hear by mail when a campaign of theirs is paused by itself, or its letters have stopped."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery import account_mail
from app.delivery.mailer import SmtpMailer
from app.delivery.refusals import MANY, PEOPLE
from app.delivery.worker import Worker
from app.models.alert import Alert
from app.models.organisation import Role
from app.rows.asking import database_now
from app.services.organising import publishing
from app.services.sealing import Keys
from tests.conftest import SECRET
from tests.delivery.steps import many_offices, queue
from tests.factories import post, prisoner, published
from tests.people import OLGA, person
from tests.relay import Relay
from tests.steps import patch

EDDA = "edda@committee.example.org"
POLICY = "554 5.7.1 <{}> we do not like these letters"


@pytest.fixture
async def mailer(relay: Relay) -> AsyncIterator[SmtpMailer]:
    opened = SmtpMailer(relay.url, first_pause=0)
    yield opened
    await opened.close()


async def mail_to_organisers(database: Database, mailer: SmtpMailer, settings: Settings) -> int:
    return await account_mail.deliver_due(database, mailer, Keys(SECRET), settings)


async def refuse_many(client: AsyncClient, worker: Worker, relay: Relay, name: str) -> None:
    """Let the mail server refuse so many letters that their campaign pauses."""
    for n in range(PEOPLE):
        await queue(client, worker, f"{name}{n}@supporter.example.org")
    relay.at_data["*"] = [POLICY.format(f"{name}@supporter.example.org")] * 100
    await worker.drain()
    relay.at_data.clear()


async def test_owners_and_editors_hear_why_the_service_has_paused_their_campaign_once_a_pause(  # noqa: PLR0917 - fixtures
    client: AsyncClient,
    organiser: AsyncClient,
    worker: Worker,
    relay: Relay,
    database: Database,
    settings: Settings,
    mailer: SmtpMailer,
) -> None:
    await person(database)
    await person(database, EDDA, role=Role.EDITOR)
    await person(database, "ann@committee.example.org", role=Role.ANALYST)
    await person(database, "eve@elsewhere.example.org", organisation="Elsewhere")
    await published(organiser, offices=many_offices(MANY))
    await refuse_many(client, worker, relay, "sam")

    assert await mail_to_organisers(database, mailer, settings) == 2
    assert await mail_to_organisers(database, mailer, settings) == 0

    assert {mail.to for mail in relay.accepted} == {OLGA, EDDA}
    (mail,) = relay.to(OLGA)
    assert mail.subject == "Your campaign Free Ada is paused"
    assert "The mail server refuses these letters: 554 5.7.1 <…@…> we do not like these letters" in mail.body
    assert "/api/v1/campaigns/free-ada/resume" in mail.body
    assert "supporter" not in mail.body.replace("supporters", "")
    assert mail.message["Auto-Submitted"] == "auto-generated"

    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await refuse_many(client, worker, relay, "ada")
    assert await mail_to_organisers(database, mailer, settings) == 2
    assert len(relay.to(OLGA)) == 2


async def test_who_pauses_a_campaign_needs_no_mail_about_it(
    organiser: AsyncClient, database: Database, settings: Settings, mailer: SmtpMailer
) -> None:
    await person(database)
    await published(organiser)
    await post(organiser, "/campaigns/free-ada/pause", status=200)

    assert await mail_to_organisers(database, mailer, settings) == 0


async def test_a_pause_by_whoever_runs_the_service_is_told(
    organiser: AsyncClient, database: Database, settings: Settings, mailer: SmtpMailer, relay: Relay
) -> None:
    await person(database)
    await published(organiser)
    async with database.transaction() as session:
        assert await publishing.pause_all(session) == 1

    assert await mail_to_organisers(database, mailer, settings) == 1
    assert "Whoever runs the service has paused all campaigns." in relay.to(OLGA)[0].body


async def test_all_who_campaign_for_a_prisoner_hear_that_letters_have_stopped(
    organiser: AsyncClient, database: Database, settings: Settings, mailer: SmtpMailer, relay: Relay
) -> None:
    await person(database)
    await published(organiser)

    await patch(organiser, f"/prisoners/{prisoner()['slug']}", status="released")

    assert await mail_to_organisers(database, mailer, settings) == 1
    (mail,) = relay.to(OLGA)
    assert mail.subject == "Letters of your campaign Free Ada have stopped"
    assert "Ada Prisoner: released" in mail.body


async def test_a_server_that_refuses_or_is_away_delays_the_mail_and_does_not_stop_it(
    organiser: AsyncClient, database: Database, settings: Settings, mailer: SmtpMailer, relay: Relay
) -> None:
    await person(database)
    await published(organiser)
    async with database.transaction() as session:
        await publishing.pause_all(session)
    relay.at_data[OLGA] = [POLICY.format(OLGA), "451 4.3.0 later"]

    for _ in range(3):
        assert await mail_to_organisers(database, mailer, settings) == 1
        async with database.transaction() as session:
            await session.exec(sa.update(Alert).where(Alert.due_at.is_not(None)).values(due_at=database_now()))  # type: ignore[union-attr]

    assert await mail_to_organisers(database, mailer, settings) == 0
    assert len(relay.to(OLGA)) == 1


async def test_an_organiser_who_is_gone_by_then_is_left_alone(
    organiser: AsyncClient, database: Database, settings: Settings, mailer: SmtpMailer, relay: Relay
) -> None:
    olga = await person(database)
    await published(organiser)
    async with database.transaction() as session:
        await publishing.pause_all(session)
    assert (await organiser.delete(f"/api/v1/organisers/{olga}")).is_success

    assert await mail_to_organisers(database, mailer, settings) == 1
    assert await mail_to_organisers(database, mailer, settings) == 0
    assert relay.accepted == []
