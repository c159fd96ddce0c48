"""Organisations are written to in their language, and asked again when the demands are no longer those they signed."""

import tomllib
from html import escape
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from app.config import PROJECT
from app.database import Database
from app.delivery.worker import Worker
from app.services.endorsing import editions
from tests.conftest import on_one_database
from tests.factories import API, campaign, post, prisoner, published
from tests.relay import Relay
from tests.routers.test_endorsements import ENDORSEMENTS, EVE, Post, asked, mail, sign
from tests.routers.test_joint_letters import JOINT, start
from tests.steps import PROSECUTOR, get, patch, problem

__all__ = ["mail"]

HOUSE = sorted(path.stem for path in (PROJECT / "templates" / "pages").glob("*.toml"))
EDITION = "edition"
WATCH = "watch@endorser.example.org"
LATE = "late@endorser.example.org"


def words(language: str) -> Any:
    """The page's words in a language, as HTML writes them."""
    text = (PROJECT / "templates" / "pages" / f"{language}.toml").read_text(encoding="utf-8")
    return {name: escape(each).replace("&#x27;", "&#39;") for name, each in tomllib.loads(text)["endorse"].items()}


def demands(*of_ada: str) -> dict[str, list[str]]:
    """Other demands in English; two in each language, as before."""
    return {**campaign()["demands"], "en": list(of_ada)}


NEW = demands("the immediate release of Ada Prisoner", "a fair trial for Ada Prisoner")


async def publish(organiser: AsyncClient, **changes: Any) -> None:
    await patch(organiser, "/campaigns/free-ada", **changes)
    await post(organiser, "/campaigns/free-ada/publish", status=200)


def test_every_language_of_the_house_has_the_same_words() -> None:
    assert HOUSE == ["be", "de", "en", "es", "fr", "pl", "ru", "uk"]
    assert {tuple(words(language)) for language in HOUSE} == {tuple(words("en"))}


async def test_each_organisation_is_written_to_in_its_own_language_and_sees_its_page_in_it(
    client: AsyncClient, organiser: AsyncClient, mail: Post, relay: Relay
) -> None:
    await published(organiser)
    for language in HOUSE:
        address = f"{language}@endorser.example.org"
        await post(organiser, ENDORSEMENTS, asked(f"Watch {language}", email=address, language=language))
        token = await mail.token(address)
        page = await client.get(f"/endorse/{token}")
        assert f'<html lang="{language}">' in page.text
        assert f">{words(language)['button']}</button>" in page.text
        signed = await client.post(f"/endorse/{token}", data={"name": f"Watch {language}"})
        assert words(language)["signed"] in signed.text
        again = await client.post(f"/endorse/{token}", data={"name": f"Watch {language}"})
        assert (again.status_code, words(language)["signed"] in again.text) == (409, True)

    subjects = {mail.subject for mail in relay.accepted}
    assert len(subjects) == len(HOUSE)
    assert "Committee bittet Watch de um Unterzeichnung: Freiheit für Ada" in subjects
    assert all("{" not in mail.body and "}" not in mail.body for mail in relay.accepted)


@on_one_database
@pytest.mark.parametrize(
    ("titles", "own", "expected"),
    [(["ru", "en"], None, "ru"), (["ru", "en"], "fr", "fr"), (["it"], None, "en"), (["en"], "it", "en")],
)
async def test_without_a_language_it_is_the_campaigns_first_and_where_the_house_has_none_english(
    client: AsyncClient, organiser: AsyncClient, mail: Post, titles: list[str], own: str | None, expected: str
) -> None:
    said = {"title": dict.fromkeys(titles, "Ada"), "demands": {each: ["her release"] for each in titles}}
    await post(organiser, "/campaigns", campaign(prisoners=[], offices=[], **said))
    await post(organiser, ENDORSEMENTS, asked(language=own))
    page = await client.get(f"/endorse/{await mail.token()}")
    assert f'<html lang="{expected}">' in page.text
    assert "her release" in page.text


async def test_other_demands_ask_again_with_the_difference_and_until_then_the_name_stands_nowhere(
    client: AsyncClient, organiser: AsyncClient, mail: Post, relay: Relay
) -> None:
    await published(organiser)
    token, before = await sign(client, organiser, mail, "Watch")
    await patch(organiser, "/campaigns/free-ada", demands=NEW)
    assert (await get(client, f"/endorsements/{token}"))["demands"] == before["demands"]  # not yet published

    await publish(organiser)

    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 0
    assert (await get(client, ENDORSEMENTS))["items"] == []
    assert [each["status"] for each in (await get(organiser, f"{ENDORSEMENTS}/invitations"))["items"]] == [
        "asked_again"
    ]
    assert await mail.token(WATCH) == token
    told = relay.to(WATCH)[-1]
    assert told.subject == "The demands have changed: Free Ada"
    assert "No longer demanded:\n\n- medical care for Ada Prisoner\n" in told.body
    assert "Newly demanded:\n\n- a fair trial for Ada Prisoner\n" in told.body
    assert "- the immediate release" not in told.body
    page = await client.get(f"/endorse/{token}")
    assert words("en")["agree"] in page.text
    assert page.text.count("a fair trial for Ada Prisoner") == 2

    unread = await client.post(f"{API}/endorsements/{token}/sign", json={EDITION: before[EDITION]})
    assert "read them again" in problem(unread, 409)["detail"]
    now = await get(client, f"/endorsements/{token}")
    agreed = await client.post(f"/endorse/{token}", data={EDITION: now[EDITION]})
    assert words("en")["signed"] in agreed.text
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 1
    kept = (await get(client, f"/endorsements/{token}"))["signed"]
    assert [each["en"][1] for each in kept] == ["medical care for Ada Prisoner", "a fair trial for Ada Prisoner"]


async def test_a_comma_asks_nobody_and_demands_that_were_signed_once_need_no_second_signature(
    client: AsyncClient, organiser: AsyncClient, mail: Post, relay: Relay
) -> None:
    await published(organiser)
    await sign(client, organiser, mail, "Watch")
    await publish(
        organiser, demands=demands("The immediate release of Ada Prisoner,", "Medical care for Ada Prisoner.")
    )
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 1
    await patch(organiser, "/prisoners/ada-prisoner", summary={**prisoner()["summary"], "fr": "Elle est en prison."})
    await publish(organiser, demands={**campaign()["demands"], "fr": ["la libération", "des soins"]}, title=IN_FRENCH)
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 1

    await publish(organiser, demands=NEW)
    await publish(organiser, urgent=True)
    await mail.token(WATCH)
    assert len(relay.to(WATCH)) == 2  # asked once, and once again
    await publish(organiser, demands=campaign()["demands"])
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 1


IN_FRENCH = {"en": "Free Ada", "de": "Freiheit für Ada", "ru": "Свободу Аде", "fr": "Liberté pour Ada"}


async def test_a_joint_letter_that_waits_is_signed_by_those_who_signed_its_demands(
    client: AsyncClient, organiser: AsyncClient, mail: Post, relay: Relay, worker: Worker, database: Database
) -> None:
    await published(organiser)
    await sign(client, organiser, mail, "Watch")
    await start(organiser)
    await publish(organiser, demands=NEW)
    await sign(client, organiser, mail, "Late")
    await worker.drain()

    (letter,) = relay.to(PROSECUTOR)
    assert ("– Watch (" in letter.body, "– Late (" in letter.body) == (True, False)
    assert (await post(organiser, f"{JOINT}?dry_run=true", {}, status=200))["endorsers"] == 1


async def test_a_link_that_has_run_out_says_so_in_its_language(
    client: AsyncClient, organiser: AsyncClient, mail: Post, database: Database
) -> None:
    await published(organiser)
    await post(organiser, ENDORSEMENTS, asked(language="de"))
    token = await mail.token(EVE)
    async with database.transaction() as session:
        await session.exec(sa.text("UPDATE endorsement SET expires_at = '2020-01-01 00:00:00+00:00'"))  # type: ignore[call-overload]
    assert words("de")["over"] in (await client.get(f"/endorse/{token}")).text
    assert (await client.post(f"/endorse/{token}", data={"name": "Example Watch"})).status_code == 410


def test_the_difference_is_told_in_a_language_that_both_have() -> None:
    before, after = {"en": ["Her release.", "Care"]}, {"de": ["Freiheit"], "en": ["her release", "A trial"]}
    assert editions.difference(before, after, "de") == (["Care"], ["A trial"])
    assert editions.difference({}, after, "de") == ([], ["Freiheit"])
    assert not editions.same(before, {"de": ["Freiheit"]})
    assert editions.edition(before) == editions.edition({"en": ["Her release.", "Care"]})
