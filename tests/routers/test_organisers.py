"""Organisers of one organisation, and invitations to it."""

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import AsyncClient
from sqlmodel import col

from app.config import Settings
from app.database import Database
from app.models.account_link import AccountLink
from app.models.organisation import Role
from app.services.sealing import Keys
from tests.conftest import SECRET, on_one_database
from tests.factories import API, post
from tests.people import OLGA, PASSWORD, bearing, person, token_of, try_to_sign_in
from tests.relay import Relay
from tests.routers.test_auth import deliver, link_in
from tests.steps import everything_stored, get, how_many, problem

EVE = "eve@committee.example.org"
JOINING = {"name": "Eve Editor", "password": PASSWORD}


async def invited(
    organiser: AsyncClient, database: Database, relay: Relay, settings: Settings, **overrides: Any
) -> tuple[Any, str]:
    """Invite Eve; return the invitation, and the token that she gets by mail."""
    invitation = await post(organiser, "/organisers", {"email": EVE, "role": "editor", **overrides}, status=202)
    await deliver(database, relay, settings)
    return invitation, link_in(relay, EVE)


async def test_whoever_is_invited_joins_once_with_the_role_given(
    app: FastAPI, client: AsyncClient, organiser: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    invitation, token = await invited(organiser, database, relay, settings)
    assert token not in str(invitation)
    assert EVE not in await everything_stored(database)
    body = JOINING | {"role": "owner"}
    problem(await client.post(f"{API}/organisers/invitations/{token}", json=body), 422, pointer="/role")

    joined = await post(client, f"/organisers/invitations/{token}", JOINING)

    assert (joined["role"], joined["email"], joined["name"]) == ("editor", EVE, "Eve Editor")
    problem(await client.post(f"{API}/organisers/invitations/{token}", json=JOINING), 410)
    assert (await get(organiser, "/organisers/invitations"))["items"] == []
    async with bearing(app, await token_of(client, EVE)) as eve:
        problem(await eve.get(f"{API}/organisers"), 403)
    assert {each["name"] for each in (await get(organiser, "/organisers"))["items"]} == {"Olga Organiser", "Eve Editor"}


async def test_the_page_behind_the_link_changes_nothing_by_looking_and_joins_by_its_button(
    client: AsyncClient, organiser: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    _, token = await invited(organiser, database, relay, settings)
    for _ in range(2):
        shown = await client.get(f"/account/{token}")
        assert (shown.status_code, shown.headers["referrer-policy"]) == (200, "no-referrer")
    assert await how_many(database, "account") == 0

    wrong = await client.post(f"/account/{token}", data={"name": "Eve", "password": "hunter2"})
    assert (wrong.status_code, "hunter2" in wrong.text) == (422, False)
    right = await client.post(f"/account/{token}", data=JOINING)

    assert right.status_code == 200
    assert await token_of(client, EVE)
    assert (await client.get(f"/account/{token}")).status_code == 410
    assert (await client.get("/account/" + "A" * 43)).status_code == 404


async def test_an_invitation_that_is_taken_back_opens_nothing(
    client: AsyncClient,
    organiser: AsyncClient,
    stranger: AsyncClient,
    database: Database,
    relay: Relay,
    settings: Settings,
) -> None:
    invitation, token = await invited(organiser, database, relay, settings)
    problem(await stranger.delete(f"{API}/organisers/invitations/{invitation['id']}"), 404)

    assert (await organiser.delete(f"{API}/organisers/invitations/{invitation['id']}")).status_code == 204

    problem(await client.post(f"{API}/organisers/invitations/{token}", json=JOINING), 410)


async def test_an_address_has_one_account_and_only_its_owner_learns_of_it(
    client: AsyncClient, organiser: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    await person(database, EVE, organisation="Another Committee")
    _, token = await invited(organiser, database, relay, settings)

    problem(await client.post(f"{API}/organisers/invitations/{token}", json=JOINING), 409)

    assert await how_many(database, "organiser") == 2


async def test_a_mail_that_cannot_leave_now_leaves_later(
    organiser: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    relay.at_rcpt[EVE].append("451 later")
    await post(organiser, "/organisers", {"email": EVE, "role": "editor"}, status=202)

    assert await deliver(database, relay, settings) == 1

    assert relay.to(EVE) == []
    assert await deliver(database, relay, settings) == 0  # not before its time


async def test_one_mail_that_cannot_be_written_keeps_no_other_from_leaving(
    organiser: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    for address in (OLGA, EVE):
        await post(organiser, "/organisers", {"email": address, "role": "editor"}, status=202)
    async with database.transaction() as session:
        spoil = sa.update(AccountLink).where(col(AccountLink.digest) == Keys(SECRET).digest_of_email(OLGA))
        await session.exec(spoil.values(sealed_email=b"sealed with another secret"))

    assert await deliver(database, relay, settings) == 2

    assert [accepted.to for accepted in relay.accepted] == [EVE]
    assert await deliver(database, relay, settings) == 0


@pytest.mark.parametrize("how", ["demote", "disable"])
async def test_an_organisation_keeps_an_owner(app: FastAPI, client: AsyncClient, database: Database, how: str) -> None:
    olga_id = await person(database)
    await person(database, EVE, role=Role.EDITOR)
    async with bearing(app, await token_of(client)) as olga:
        address = f"{API}/organisers/{olga_id}"
        answer = await (olga.patch(address, json={"role": "editor"}) if how == "demote" else olga.delete(address))

        problem(answer, 409)
        assert (await get(olga, "/auth/me"))["role"] == "owner"


@on_one_database
@pytest.mark.parametrize("field", ["id", "organisation_id", "disabled_at", "email", "created_at", "password"])
async def test_nothing_is_assigned_that_is_not_offered(
    app: FastAPI, client: AsyncClient, database: Database, field: str
) -> None:
    olga_id = await person(database)
    async with bearing(app, await token_of(client)) as olga:
        problem(await olga.patch(f"{API}/organisers/{olga_id}", json={field: None}), 422, pointer=f"/{field}")


async def test_disabled_organisers_are_listed_and_stay_out(
    app: FastAPI, client: AsyncClient, database: Database
) -> None:
    await person(database)
    eve_id = await person(database, EVE, role=Role.ANALYST)
    async with bearing(app, await token_of(client)) as olga:
        await olga.delete(f"{API}/organisers/{eve_id}")
        listed = {each["email"]: each["disabled_at"] for each in (await get(olga, "/organisers"))["items"]}

    assert listed[OLGA] is None
    assert listed[EVE]
    problem(await try_to_sign_in(client, EVE), 401)
