"""Where words still name somebody whose consent is withdrawn: told in the answer, in the audit, and by mail."""

from typing import Any

from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery import account_mail
from app.delivery.mailer import SmtpMailer
from app.services.sealing import Keys
from tests.conftest import SECRET
from tests.factories import campaign, draft, post, prisoner, published
from tests.people import OLGA, person
from tests.relay import Relay
from tests.steps import get, patch

ADA = "/prisoners/ada-prisoner"
BOB = prisoner(slug="bob-example", name="Bob van der Example", names={}, cases={}, summary={"en": "He is held."})
CALM = {
    "title": {"en": "For a teacher", "ru": "За учительницу"},
    "summary": {"en": "A teacher is in prison. Update: van der, bobbin."},
    "demands": {"en": ["her release"]},
}


def still(answer: Any) -> dict[str, list[str]]:
    return {each["campaign"]: each["still_named_in"] for each in answer["campaigns"]}


async def test_the_answer_lists_every_place_in_whatever_form_the_name_stands(organiser: AsyncClient) -> None:
    await published(organiser)
    await patch(organiser, "/campaigns/free-ada", title={"en": "For a teacher", "ru": "Вспомним Ады Призонер имя"})
    news = await post(organiser, "/campaigns/free-ada/updates", {"text": {"en": "PRISONER, Ada: ill.", "de": "Krank."}})
    asked = {"name": "Friends of Ada", "country": "FR", "email": "friends@endorser.example.org"}
    friends = await post(organiser, "/campaigns/free-ada/endorsements", asked)

    dry = await organiser.patch(f"/api/v1{ADA}?dry_run=true", json={"consent": "withdrawn"})
    done = await patch(organiser, ADA, consent="withdrawn")

    (places,) = still(done).values()
    assert still(dry.json()) == still(done)
    assert places == [
        "/title/ru", "/summary/en", "/summary/de", "/summary/ru",
        *(f"/demands/{language}/{n}" for language in ("en", "de", "ru") for n in (0, 1)),
        f"/updates/{news['id']}/text/en", f"/endorsements/{friends['id']}/name",
    ]  # fmt: skip


async def test_a_campaign_that_names_somebody_without_being_about_them_is_told_too(organiser: AsyncClient) -> None:
    await draft(organiser)
    await post(organiser, "/prisoners", BOB)
    await patch(organiser, "/campaigns/free-ada", title={"en": "Free Ada and BOB", "de": "Ada und Bob"})
    await post(organiser, "/campaigns", campaign(slug="calm", offices=[], **CALM))

    done = await patch(organiser, "/prisoners/bob-example", consent="none")

    assert still(done) == {"free-ada": ["/title/en", "/title/de"]}
    assert done["campaigns"][0]["effect"] == "nothing"
    await patch(organiser, "/campaigns/free-ada", title={"en": "Free Ada"})
    assert still(await patch(organiser, "/prisoners/bob-example", consent="withdrawn")) == {}


async def test_organisers_find_it_in_the_audit_and_in_a_mail_that_has_the_code_for_a_subject(
    organiser: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    await person(database)
    await published(organiser)
    await patch(organiser, ADA, consent="withdrawn")
    mailer = SmtpMailer(relay.url, first_pause=0)
    await account_mail.deliver_due(database, mailer, Keys(SECRET), settings)
    await mailer.close()

    (mail,) = relay.to(OLGA)
    assert mail.subject == "Consent is withdrawn: your campaign BLR-1"
    assert "    Ada Prisoner\n" in mail.body
    assert "    /title/en\n" in mail.body
    assert "\n    /summary/en\n" in mail.body
    noted = [each["changes"] for each in (await get(organiser, "/audit?kind=campaign"))["items"]]
    (told,) = [each["still names ada-prisoner"]["to"] for each in noted if "still names ada-prisoner" in each]
    assert "/title/en" in told


async def test_events_tell_what_they_have_done(organiser: AsyncClient) -> None:
    await published(organiser)
    freed = await post(organiser, f"{ADA}/events", {"kind": "release", "happened_on": "2026-11-20"})
    assert [(each["campaign"], each["effect"], each["still_named_in"]) for each in freed["campaigns"]] == [
        ("free-ada", "stop_and_thank", [])
    ]
