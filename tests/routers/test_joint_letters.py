"""The joint letter: once to each office in a round, by the same roads as all letters, and counted apart."""

from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from app.database import Database
from app.delivery.worker import Worker
from app.models.columns import now
from app.services.returning import inbound
from app.services.sealing import Keys
from tests.conftest import SECRET, on_one_database
from tests.factories import API, draft, office, post, published
from tests.incoming import messages
from tests.printed import pages, words
from tests.relay import Relay
from tests.steps import EMBASSY, PROSECUTOR, all_sign, differences, get, patch, problem, standing, stats, write

JOINT = "/campaigns/free-ada/joint-letter"
DRY = f"{JOINT}?dry_run=true"
BY_POST = {"channels": ["post"], "postal_address": "Main Street 1\n220030 Exampletown"}


async def signed(organiser: AsyncClient, database: Database, *, how_many: int = 3) -> None:
    """Have organisations sign, as if each had used its link."""
    for n in range(how_many):
        asked = {"name": f"Watch {n:02}", "country": "FR", "email": f"w{n}@endorser.example.org"}
        await post(organiser, "/campaigns/free-ada/endorsements", asked)
    await all_sign(database, signatory="Eve Example", signatory_role="Director")


async def start(organiser: AsyncClient, **body: Any) -> Any:
    """Look at a dry run, and start the joint letter."""
    dry = await post(organiser, DRY, body, status=200)
    return await post(organiser, JOINT, {**body, "endorsers": dry["endorsers"]}, status=200)


def of(letters: Any, title: str) -> Any:
    (found,) = [each for each in letters["letters"] if each["office"].startswith(title)]
    return found


async def test_a_dry_run_shows_every_letter_and_sends_nothing(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await signed(organiser, database)

    dry = await post(organiser, DRY, {}, status=200)

    assert (dry["endorsers"], dry["dry_run"], len(dry["letters"])) == (3, True, 2)
    letter = of(dry, "Prosecutor")
    assert (letter["language"], letter["channel"], letter["id"], letter["stage"]) == ("ru", "email", None, None)
    assert letter["body"].startswith("Уважаемый господин")
    assert "Мы, нижеподписавшиеся организации" in letter["body"]
    assert "– немедленное освобождение Ады Призонер\n– медицинская помощь Аде Призонер" in letter["body"]
    to_embassy = of(dry, "Ambassador")["body"]
    assert to_embassy.endswith(
        "Committee\n\nUnterzeichnet von diesen Organisationen:\n– Watch 00 (Frankreich): Eve Example, Director\n"
        "– Watch 01 (Frankreich): Eve Example, Director\n– Watch 02 (Frankreich): Eve Example, Director\n"
    )
    assert standing(await stats(client)) == {}


async def test_it_goes_once_to_each_office_and_is_counted_by_its_own_kind(
    client: AsyncClient, organiser: AsyncClient, database: Database, worker: Worker, relay: Relay
) -> None:
    await published(organiser)
    await signed(organiser, database)
    await write(client)

    started = await start(organiser, reply_to="joint@committee.example.org")
    await worker.drain()

    assert [each["stage"] for each in started["letters"]] == ["queued", "queued"]
    (joint,) = [mail for mail in relay.to(PROSECUTOR) if "Watch 02" in mail.body]
    assert (str(joint.message["From"]).startswith("Committee"), joint.message["Reply-To"]) == (
        True,
        "joint@committee.example.org",
    )
    assert any("Watch 02" in mail.body for mail in relay.to(EMBASSY))
    numbers = await stats(client, "?by=kind&by=country")
    assert (numbers["letters_sent"], numbers["supporters"], numbers["countries"]) == (4, 1, 1)
    assert numbers["by"]["kind"] == {"personal": {"sent": 2}, "joint": {"sent": 2}}
    assert "ZZ" not in numbers["by"]["country"]
    assert await differences(database) == []
    listed = (await get(organiser, "/letters?kind=joint"))["items"]
    assert {each["stage"] for each in listed} == {"sent"}
    problem(await organiser.post(API + JOINT, json={"endorsers": 3}), 409)
    again = await post(organiser, DRY, {}, status=200)
    assert {each["stopped_because"] for each in again["letters"]} == {"duplicate"}


async def test_nobody_writes_it_without_endorsers_without_looking_or_from_a_draft(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient, database: Database
) -> None:
    await draft(organiser)
    problem(await organiser.post(API + JOINT, json={}), 409)
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    for path in (DRY, JOINT):
        assert "No organisation" in problem(await organiser.post(API + path, json={}), 409)["detail"]
    await signed(organiser, database)
    problem(await organiser.post(API + JOINT, json={}), 422, pointer="/endorsers")
    problem(await organiser.post(API + JOINT, json={"endorsers": 4}), 409)
    nobody = {"office_ids": ["01890000-0000-7000-8000-000000000000"], "endorsers": 3}
    problem(await organiser.post(API + JOINT, json=nobody), 422, pointer="/office_ids/0")
    problem(await stranger.post(API + JOINT, json={"endorsers": 3}), 404)
    assert standing(await stats(client)) == {}


async def test_the_gates_are_asked_as_for_every_letter(
    client: AsyncClient, organiser: AsyncClient, database: Database, worker: Worker, relay: Relay
) -> None:
    made = await published(organiser)
    await signed(organiser, database)
    await patch(organiser, f"/officials/{made['offices'][0]}", in_use=False)
    started = await start(organiser)
    assert of(started, "Prosecutor")["stopped_because"] == "office_not_in_use"
    assert of(started, "Ambassador")["stage"] == "queued"

    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await worker.drain()
    assert standing(await stats(client)) == {"held": 1}
    await patch(organiser, f"/officials/{made['offices'][0]}", in_use=True)
    problem(await organiser.post(API + JOINT, json={"endorsers": 3}), 409, reason="campaign_paused")
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await patch(organiser, "/prisoners/ada-prisoner", status="released")
    await worker.drain()
    assert standing(await stats(client)) == {"cancelled": 1}
    problem(await organiser.post(API + JOINT, json={"endorsers": 3}), 409, reason="prisoner_free_or_dead")
    assert relay.to(EMBASSY) == []
    assert await differences(database) == []


async def test_who_withdraws_before_it_leaves_does_not_sign_and_without_anybody_nothing_leaves(
    client: AsyncClient, organiser: AsyncClient, database: Database, worker: Worker, relay: Relay
) -> None:
    made = await published(organiser)
    await signed(organiser, database, how_many=2)
    await start(organiser, office_ids=[made["offices"][0]])
    asked = (await get(organiser, "/campaigns/free-ada/endorsements/invitations"))["items"]
    await organiser.delete(f"{API}/campaigns/free-ada/endorsements/{asked[0]['id']}")
    await worker.drain()
    (mail,) = relay.to(PROSECUTOR)
    assert "Watch 00" not in mail.body
    assert "Watch 01" in mail.body

    await start(organiser)
    await organiser.delete(f"{API}/campaigns/free-ada/endorsements/{asked[1]['id']}")
    await worker.drain()
    assert relay.to(EMBASSY) == []
    (stopped,) = (await get(organiser, "/letters?stage=cancelled"))["items"]
    assert (stopped["kind"], stopped["reason"]) == ("joint", "no_endorsers")
    assert await differences(database) == []


async def test_each_round_has_one_joint_letter(
    client: AsyncClient, organiser: AsyncClient, database: Database, worker: Worker
) -> None:
    opened = now().date().isoformat()
    await published(organiser, repeat_every_days=7, opens_on=opened, embassies_of=[])
    await signed(organiser, database)
    await start(organiser)
    problem(await organiser.post(API + JOINT, json={"endorsers": 3}), 409)
    async with database.transaction() as session:
        await session.exec(sa.text("UPDATE campaign SET opens_on = '2020-01-01'"))  # type: ignore[call-overload]
    await start(organiser)
    await worker.drain()
    assert standing(await stats(client)) == {"sent": 2}


async def test_an_offices_answer_is_kept_for_the_organisation(
    client: AsyncClient, organiser: AsyncClient, database: Database, worker: Worker, relay: Relay
) -> None:
    await published(organiser, embassies_of=[])
    await signed(organiser, database)
    await start(organiser)
    await worker.drain()
    (mail,) = relay.to(PROSECUTOR)
    answer = messages.reply(str(mail.message["Reply-To"]), text="We have received your joint letter.")
    await inbound.take(database, Keys(SECRET), answer)

    (listed,) = (await get(organiser, "/letters?kind=joint"))["items"]
    detail = await get(organiser, f"/letters/{listed['id']}")
    assert (detail["answer"], detail["answer_text"]) == ("person", "We have received your joint letter.")


@on_one_database
@pytest.mark.parametrize("how_many", [82])
async def test_eighty_two_sign_on_paper_too_over_several_pages(
    client: AsyncClient, organiser: AsyncClient, database: Database, how_many: int
) -> None:
    await published(organiser, offices=[office(**BY_POST), office(**BY_POST)], embassies_of=[])
    await signed(organiser, database, how_many=how_many)
    await write(client)
    started = await start(organiser)
    assert [each["stage"] for each in started["letters"]] == ["ready", "ready"]

    run = await post(organiser, "/campaigns/free-ada/print-runs", {"country": "DE"})
    printed = (await organiser.get(f"{API}/print-runs/{run['id']}.pdf")).content

    found = pages(printed)
    assert len(found) == 1 + 2 + 2 * 3  # a cover list, two personal letters, and two joint ones
    assert not any(page.off_the_page for page in found)
    text = words(" ".join(page.text for page in found))
    assert all(text.count(f"Watch {n:02} ") == 2 for n in range(82))
    await post(organiser, f"/print-runs/{run['id']}/posted", status=200)
    assert (await stats(client, "?by=kind"))["by"]["kind"] == {"personal": {"posted": 2}, "joint": {"posted": 2}}
    assert await differences(database) == []


async def test_where_there_is_no_way_or_no_language_it_says_so(organiser: AsyncClient, database: Database) -> None:
    form = office(channels=["web_form"], web_form_url="https://form.example.org/", title={"en": "Form"})
    await published(organiser, offices=[form, office()], embassies_of=[])
    await signed(organiser, database)
    dry = await post(organiser, DRY, {}, status=200)
    assert (of(dry, "Form")["stopped_because"], of(dry, "Prosecutor")["stopped_because"]) == ("no_address", None)
