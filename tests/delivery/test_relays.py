"""Which mail server takes which letter."""

import json

import pytest
from httpx import AsyncClient
from pydantic import ValidationError

from app.config import Settings
from app.database import Database
from app.delivery import relays
from app.delivery.envelope import Envelope
from app.delivery.worker import Worker
from app.services.sealing import Keys
from tests.delivery.steps import OFFICE, many_offices, queue, stats
from tests.factories import published
from tests.relay import Relay

FIRST, CAMPAIGN, DOMAIN = "smtp://first.example.org", "smtps://second.example.org", "smtp://third.example.org"


@pytest.mark.parametrize(
    ("campaign", "recipient", "port"),
    [
        ("free-bob", "a@elsewhere.example.org", 1),
        ("free-ada", "a@elsewhere.example.org", 2),
        ("free-ada", "a@GOV.example.org", 3),
        ("free-bob", "a@gov.example.org", 3),
        ("free-bob", "a@sub.gov.example.org", 1),
    ],
)
def test_a_domain_goes_before_a_campaign_and_all_else_to_the_first(campaign: str, recipient: str, port: int) -> None:
    urls = {1: "smtp://127.0.0.1:1", 2: "smtp://127.0.0.1:2", 3: "smtp://127.0.0.1:3"}
    settings = Settings(_env_file=None, relays={"free-ada": urls[2], "@gov.example.org": urls[3]})
    chosen = relays.from_settings(settings, urls[1]).of(Envelope("x@example.org", recipient, b"", campaign))

    assert chosen._url.port == port


def test_relays_are_set_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNSILENCED_RELAYS", json.dumps({"free-ada": CAMPAIGN, "@gov.example.org": DOMAIN}))

    assert Settings(_env_file=None).relays == {"free-ada": CAMPAIGN, "@gov.example.org": DOMAIN}


@pytest.mark.parametrize("url", ["mail.example.org", "https://mail.example.org", "smtp://", "smtps:mail.example.org"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="named like"):
        Settings(_env_file=None, relays={"free-ada": url})


async def test_one_mail_server_that_is_away_holds_up_only_its_own_letters(
    client: AsyncClient, organiser: AsyncClient, relay: Relay, database: Database, settings: Settings
) -> None:
    away = settings.model_copy(update={"relays": {"@away.example.org": "smtp://127.0.0.1:9"}})
    mailer = relays.from_settings(away, relay.url)
    worker = Worker(database, mailer, Keys(away.secret_key), away)
    offices = many_offices(2)
    offices[0]["emails"] = [{"address": "office@away.example.org"}]
    await published(organiser, offices=offices)
    await queue(client, worker)

    await worker.drain()
    await mailer.close()

    assert await stats(client) == {"total": 2, "sent": 1, "queued": 1}
    assert relay.to(OFFICE) == []
