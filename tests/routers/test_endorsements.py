"""Organisations sign a campaign: asked by mail, signing by its link, listed in public, withdrawing at any time."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery import account_mail
from app.delivery.mailer import SmtpMailer
from app.services.sealing import Keys
from tests.factories import API, campaign, draft, post, published
from tests.relay import Relay
from tests.steps import all_sign, everything_stored, get, patch, problem

ENDORSEMENTS = "/campaigns/free-ada/endorsements"
EVE = "eve@endorser.example.org"


class Post:
    """The mail to endorsers, delivered when told to."""

    def __init__(self, database: Database, relay: Relay, settings: Settings) -> None:
        self._database, self._relay, self._settings = database, relay, settings

    async def deliver(self) -> None:
        """Deliver what is due."""
        mailer = SmtpMailer(self._relay.url, first_pause=0.1)
        await account_mail.deliver_due(self._database, mailer, Keys(self._settings.secret_key), self._settings)
        await mailer.close()

    async def token(self, address: str = EVE) -> str:
        """Deliver what is due, and return the token in the newest mail to this address."""
        await self.deliver()
        found = re.search(r"/endorse/(\S+)$", self._relay.to(address)[-1].body, re.MULTILINE)
        assert found
        return found[1]


@pytest.fixture
def mail(database: Database, relay: Relay, settings: Settings) -> Post:
    return Post(database, relay, settings)


def asked(name: str = "Example Watch", **overrides: Any) -> dict[str, Any]:
    return {"name": name, "country": "FR", "email": EVE, **overrides}


async def sign(client: AsyncClient, organiser: AsyncClient, mail: Post, name: str, **said: Any) -> tuple[str, Any]:
    """Ask an organisation and have it sign; return its token and what stands there."""
    address = f"{name.replace(' ', '').lower().encode('ascii', 'ignore').decode() or 'x'}@endorser.example.org"
    await post(organiser, ENDORSEMENTS, asked(name, email=address))
    token = await mail.token(address)
    return token, await post(client, f"/endorsements/{token}/sign", said, status=200)


async def test_an_organisation_is_asked_by_mail_and_signs_by_its_link(
    client: AsyncClient, organiser: AsyncClient, mail: Post, relay: Relay, database: Database
) -> None:
    await published(organiser)
    invited = await post(organiser, ENDORSEMENTS, asked())
    assert (invited["status"], invited["email"]) == ("invited", EVE)
    assert (await get(client, ENDORSEMENTS))["items"] == []

    token = await mail.token()
    assert "Committee asks Example Watch to sign" in relay.to(EVE)[-1].subject
    shown = await get(client, f"/endorsements/{token}")
    assert (shown["status"], shown["title"]["en"], shown["organisation"]) == ("invited", "Free Ada", "Committee")
    said = {
        "name": "Example Watch International",
        "website": "https://watch.example.org/",
        "signatory": "Eve Example",
        "signatory_role": "Director",
    }
    signed = await post(client, f"/endorsements/{token}/sign", said, status=200)

    assert (signed["status"], signed["name"]) == ("confirmed", "Example Watch International")
    (listed,) = (await get(client, ENDORSEMENTS))["items"]
    assert {name: listed[name] for name in said} == said
    assert not {"email", "external_id", "status"} & listed.keys()
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 1
    stored = await everything_stored(database)
    assert token not in stored
    assert EVE not in stored


async def test_a_link_signs_once_and_runs_out(
    client: AsyncClient, organiser: AsyncClient, mail: Post, database: Database
) -> None:
    await published(organiser)
    token, _ = await sign(client, organiser, mail, "Example Watch")
    again = await client.post(f"{API}/endorsements/{token}/sign", json={})
    assert "was used" in problem(again, 409)["detail"]

    other = await post(organiser, ENDORSEMENTS, asked("Late Watch"))
    late = await mail.token()
    async with database.transaction() as session:
        await session.exec(sa.text("UPDATE endorsement SET expires_at = '2020-01-01 00:00:00+00:00'"))  # type: ignore[call-overload]
    problem(await client.post(f"{API}/endorsements/{late}/sign", json={}), 410)
    again = await post(organiser, f"{ENDORSEMENTS}/{other['id']}/invite", status=200)
    assert again["expires_at"] > "2026"
    await post(client, f"/endorsements/{await mail.token()}/sign", {}, status=200)
    problem(await client.post(f"{API}/endorsements/{'A' * 43}/sign", json={}), 404)
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 2


async def test_an_endorser_corrects_what_stands_there_and_withdraws(
    client: AsyncClient, organiser: AsyncClient, mail: Post
) -> None:
    await published(organiser)
    token, _ = await sign(client, organiser, mail, "Example Watch", signatory="Eve Example")

    corrected = await client.patch(f"{API}/endorsements/{token}", json={"signatory": None, "name": "Watch"})
    assert (corrected.json()["signatory"], corrected.json()["name"]) == (None, "Watch")
    problem(
        await client.patch(f"{API}/endorsements/{token}", json={"website": "javascript:1"}), 422, pointer="/website"
    )
    link = {"name": "See www.example.org"}
    problem(await client.patch(f"{API}/endorsements/{token}", json=link), 422, pointer="/name")
    gone = await post(client, f"/endorsements/{token}/withdraw", status=200)

    assert gone["status"] == "withdrawn"
    assert (await get(client, ENDORSEMENTS))["items"] == []
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 0
    problem(await client.post(f"{API}/endorsements/{token}/withdraw"), 409)
    problem(await client.post(f"{API}/endorsements/{token}/sign", json={}), 410)
    problem(await client.patch(f"{API}/endorsements/{token}", json={"name": "Back"}), 409)


async def test_one_organisation_is_asked_once_however_its_name_is_written(
    client: AsyncClient, organiser: AsyncClient, mail: Post
) -> None:
    await published(organiser)
    first = await post(organiser, ENDORSEMENTS, asked("Example Watch"))
    problem(await organiser.post(API + ENDORSEMENTS, json=asked("EXAMPLE  watch")), 409)
    await post(organiser, ENDORSEMENTS, asked("Other Watch", email="other@endorser.example.org"))
    taken = await client.post(
        f"{API}/endorsements/{await mail.token('other@endorser.example.org')}/sign", json={"name": "example watch"}
    )
    problem(taken, 409)

    assert (await organiser.delete(f"{API}{ENDORSEMENTS}/{first['id']}")).status_code == 204
    await post(organiser, ENDORSEMENTS, asked("Example Watch"))


async def test_the_list_keeps_the_alphabet_of_the_campaigns_language_page_by_page(
    client: AsyncClient, organiser: AsyncClient, mail: Post
) -> None:
    polish = {"title": {"pl": "Wolność"}, "demands": {"pl": ["uwolnienie"]}, "offices": []}
    await draft(organiser)
    await patch(organiser, "/campaigns/free-ada", **polish)
    names = ["Zebra", "Łódź Watch", "Lublin Watch", "ążur", "Azbest", "Lwów Watch", "Ćma", "Center"]
    for name in names:
        await post(organiser, ENDORSEMENTS, asked(name))

    everybody = (await get(organiser, f"{ENDORSEMENTS}/invitations"))["items"]
    assert [each["name"] for each in everybody] == [
        "Azbest", "ążur", "Center", "Ćma", "Lublin Watch", "Lwów Watch", "Łódź Watch", "Zebra",
    ]  # fmt: skip
    first = await get(organiser, f"{ENDORSEMENTS}/invitations?limit=3")
    await organiser.delete(f"{API}{ENDORSEMENTS}/{first['items'][-1]['id']}")
    rest = await get(organiser, f"{ENDORSEMENTS}/invitations?cursor={first['next_cursor']}")
    assert [each["name"] for each in first["items"] + rest["items"]] == [each["name"] for each in everybody]
    problem(
        await organiser.get(f"{API}{ENDORSEMENTS}/invitations?cursor=AAAAAAAAAAAAAAAAAAAAAA"), 422, pointer="?cursor"
    )


async def test_eighty_two_are_listed_and_counted(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    for n in range(82):
        await post(organiser, ENDORSEMENTS, asked(f"Watch {n:02}", email=f"w{n}@endorser.example.org"))
    await all_sign(database)

    first = await get(client, f"{ENDORSEMENTS}?limit=50")
    second = await get(client, f"{ENDORSEMENTS}?limit=50&cursor={first['next_cursor']}")

    assert [each["name"] for each in first["items"] + second["items"]] == [f"Watch {n:02}" for n in range(82)]
    assert second["next_cursor"] is None
    assert (await get(client, "/campaigns/free-ada"))["endorsements"] == 82


async def test_the_page_behind_the_link_works_without_anything_else(
    client: AsyncClient, organiser: AsyncClient, mail: Post
) -> None:
    await published(organiser)
    await post(organiser, ENDORSEMENTS, asked())
    token = await mail.token()
    page = await client.get(f"/endorse/{token}")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "the immediate release of Ada Prisoner" in page.text

    wrong = await client.post(f"/endorse/{token}", data={"name": "Example Watch", "website": "ftp://x"})
    assert (wrong.status_code, "https://" in wrong.text) == (422, True)
    done = await client.post(f"/endorse/{token}", data={"name": "Example Watch", "signatory": "Eve Example"})
    assert "Signed" in done.text
    assert (await client.post(f"/endorse/{token}", data={"name": "Example Watch"})).status_code == 409
    assert "Withdrawn" in (await client.post(f"/endorse/{token}/withdraw")).text


async def test_nobody_is_asked_for_a_campaign_that_is_closed_or_anothers(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient, mail: Post
) -> None:
    await published(organiser)
    invited = await post(organiser, ENDORSEMENTS, asked())
    token = await mail.token()
    problem(await stranger.post(API + ENDORSEMENTS, json=asked("Mine")), 404)
    problem(await stranger.delete(f"{API}{ENDORSEMENTS}/{invited['id']}"), 404)
    await post(stranger, "/campaigns", campaign(slug="theirs", prisoners=[], offices=[]))
    problem(await stranger.delete(f"{API}/campaigns/theirs/endorsements/{invited['id']}"), 404)

    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    problem(await organiser.post(API + ENDORSEMENTS, json=asked("Another")), 409)
    problem(await organiser.post(f"{API}{ENDORSEMENTS}/{invited['id']}/invite"), 409)
    problem(await client.post(f"{API}/endorsements/{token}/sign", json={}), 410)
