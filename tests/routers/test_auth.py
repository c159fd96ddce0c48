"""An organiser's own way in."""

import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from httpx import AsyncClient

from app.config import Settings
from app.database import Database
from app.delivery import account_mail
from app.delivery.mailer import SmtpMailer
from app.models.columns import now
from app.models.organisation import Role
from app.services.sealing import Keys
from app.services.team import throttle
from tests.conftest import SECRET
from tests.factories import API, campaign, post
from tests.people import OLGA, PASSWORD, bearing, person, token_of, try_to_sign_in
from tests.relay import Relay
from tests.steps import everything_stored, get, how_many, problem

NEW_PASSWORD = "another horse, another battery"
AUTH = f"{API}/auth"


@pytest.fixture
async def olga(app: FastAPI, database: Database, client: AsyncClient) -> AsyncIterator[AsyncClient]:
    """An owner who has signed in."""
    await person(database)
    async with bearing(app, await token_of(client)) as opened:
        yield opened


async def deliver(database: Database, relay: Relay, settings: Settings) -> int:
    mailer = SmtpMailer(relay.url)
    try:
        return await account_mail.deliver_due(database, mailer, Keys(SECRET), settings)
    finally:
        await mailer.close()


def link_in(relay: Relay, address: str) -> str:
    (line,) = [line for line in relay.to(address)[-1].body.splitlines() if "/account/" in line]
    return line.rpartition("/")[2]


@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong horse battery"}, {"email": "nobody@committee.example.org"}, {"password": ""}],
    ids=["password", "address", "nothing"],
)
async def test_whoever_is_not_right_is_refused_in_the_same_words(
    client: AsyncClient, database: Database, wrong: dict[str, str]
) -> None:
    await person(database)

    told = problem(await try_to_sign_in(client, **{"email": OLGA, **wrong}), 401)

    assert told["detail"] == "The address or the password is not right."
    assert await how_many(database, "organiser_session") == 0


@pytest.mark.parametrize(
    "token",
    [
        "unss_",
        "unss_" + "A" * 43,
        "uns_" + "A" * 43,
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvbGdhIn0.",
        "' OR 1=1 --",
        "\x00" * 32,
    ],
)
async def test_a_token_that_is_not_ours_opens_nothing(client: AsyncClient, olga: AsyncClient, token: str) -> None:
    problem(await client.get(f"{AUTH}/me", headers={b"Authorization": b"Bearer " + token.encode()}), 401)


async def test_a_session_is_short_and_its_token_is_nowhere_stored(
    client: AsyncClient, olga: AsyncClient, database: Database
) -> None:
    answer = await try_to_sign_in(client)

    assert set(answer.json()) == {"access_token", "token_type", "expires_at"}
    assert answer.json()["token_type"] == "bearer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["access_token"] not in await everything_stored(database)
    assert (await get(olga, "/auth/me"))["role"] == "owner"


async def test_signing_out_ends_the_token_at_once_and_no_other(
    app: FastAPI, client: AsyncClient, olga: AsyncClient
) -> None:
    async with bearing(app, await token_of(client)) as elsewhere:
        assert (await olga.delete(f"{AUTH}/token")).status_code == 204
        problem(await olga.get(f"{AUTH}/me"), 401)

        assert (await elsewhere.get(f"{AUTH}/me")).status_code == 200


async def test_sessions_are_listed_and_ended_by_whom_they_belong_to(
    app: FastAPI, client: AsyncClient, olga: AsyncClient, database: Database
) -> None:
    await person(database, "eve@committee.example.org", role=Role.OWNER)
    async with bearing(app, await token_of(client)) as elsewhere:
        sessions = (await get(olga, "/auth/sessions"))["items"]
        (other,) = [each["id"] for each in sessions if not each["this"]]
        async with bearing(app, await token_of(client, "eve@committee.example.org")) as eve:
            problem(await eve.delete(f"{AUTH}/sessions/{other}"), 404)
        assert (await olga.delete(f"{AUTH}/sessions/{other}")).status_code == 204

        problem(await elsewhere.get(f"{AUTH}/me"), 401)
    problem(await olga.delete(f"{AUTH}/sessions/{other}"), 404)


async def test_a_session_ends_by_the_clock(olga: AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        past = sa.text("UPDATE organiser_session SET expires_at = '2026-01-01 00:00:00+00:00'")
        await (await session.connection()).execute(past)

    problem(await olga.get(f"{AUTH}/me"), 401)


async def test_whoever_is_disabled_is_out_with_live_sessions_and_keys(
    app: FastAPI, client: AsyncClient, olga: AsyncClient, database: Database
) -> None:
    eve_id = await person(database, "eve@committee.example.org", role=Role.EDITOR)
    async with bearing(app, await token_of(client, "eve@committee.example.org")) as eve:
        key = (await post(eve, "/auth/keys", {"name": "script", "scope": "editor"}))["key"]
        assert (await olga.delete(f"{API}/organisers/{eve_id}")).status_code == 204

        problem(await eve.get(f"{AUTH}/me"), 401)
        async with bearing(app, key) as script:
            problem(await script.get(f"{AUTH}/me"), 401)
        problem(await try_to_sign_in(client, "eve@committee.example.org"), 401)


async def test_passwords_cannot_be_sprayed_over_one_account_from_many_networks(
    app: FastAPI, database: Database
) -> None:
    await person(database)
    keys = Keys(SECRET)
    async with database.transaction() as session:
        for _ in range(throttle.BY_ACCOUNT):
            digest = keys.digest_of_email(OLGA)
            await throttle.count(session, keys, b"sign-in", digest, most=throttle.BY_ACCOUNT, at=now())

    for host in ("192.0.2.1", "198.51.100.1"):
        async with bearing(app, host=host) as client:
            answer = await try_to_sign_in(client)
            problem(answer, 429)
            assert 0 < int(answer.headers["retry-after"]) <= 900


async def test_passwords_cannot_be_sprayed_over_many_accounts_from_one_network(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "BY_NETWORK", 2)
    statuses = []
    for n in range(4):
        async with bearing(app, host=f"192.0.2.{n}") as client:
            statuses.append((await try_to_sign_in(client, f"somebody{n}@example.org")).status_code)
    assert statuses == [401, 401, 429, 429]
    assert "192.0.2" not in await everything_stored(database)

    async with bearing(app, host="198.51.100.1") as elsewhere:
        problem(await try_to_sign_in(elsewhere, "somebody@example.org"), 401)


async def test_a_new_password_signs_out_everywhere(client: AsyncClient, olga: AsyncClient) -> None:
    body = {"password": "wrong horse battery", "new_password": NEW_PASSWORD}
    problem(await olga.put(f"{AUTH}/password", json=body), 422, pointer="/password")
    problem(await olga.put(f"{AUTH}/password", json=body | {"new_password": "short"}), 422, pointer="/new_password")

    assert (await olga.put(f"{AUTH}/password", json=body | {"password": PASSWORD})).status_code == 204

    problem(await olga.get(f"{AUTH}/me"), 401)
    problem(await try_to_sign_in(client), 401)
    assert await token_of(client, password=NEW_PASSWORD)


async def test_a_password_is_the_same_however_its_accents_are_typed(client: AsyncClient, olga: AsyncClient) -> None:
    composed, decomposed = "cr\u00e8me br\u00fbl\u00e9e, twice", "cre\u0300me bru\u0302le\u0301e, twice"
    await olga.put(f"{AUTH}/password", json={"password": PASSWORD, "new_password": composed})

    assert await token_of(client, password=decomposed)


async def test_asking_for_a_new_password_is_answered_alike_whoever_is_asked_for(
    client: AsyncClient, olga: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    known = await client.post(f"{AUTH}/password-resets", json={"email": OLGA})
    unknown = await client.post(f"{AUTH}/password-resets", json={"email": "nobody@committee.example.org"})

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b"null")
    assert await deliver(database, relay, settings) == 2
    assert [accepted.to for accepted in relay.accepted] == [OLGA]
    assert "nobody@" not in await everything_stored(database)


async def test_a_link_for_a_new_password_is_good_once(
    client: AsyncClient, olga: AsyncClient, database: Database, relay: Relay, settings: Settings
) -> None:
    for _ in range(2):
        await client.post(f"{AUTH}/password-resets", json={"email": OLGA})
    await deliver(database, relay, settings)
    token = link_in(relay, OLGA)
    body = {"password": NEW_PASSWORD}
    for forged in (token[:-2] + "AA", "A" * 43, token + "A", "x"):
        problem(await client.post(f"{AUTH}/password-resets/{forged}", json=body), 404)
    problem(await client.post(f"{API}/organisers/invitations/{token}", json=body | {"name": "Eve"}), 404)
    for _ in range(2):
        assert (await client.get(f"/account/{token}")).status_code == 200

    assert (await client.post(f"{AUTH}/password-resets/{token}", json=body)).status_code == 204

    problem(await client.post(f"{AUTH}/password-resets/{token}", json=body), 410)
    problem(await olga.get(f"{AUTH}/me"), 401)
    assert await token_of(client, password=NEW_PASSWORD)
    assert await deliver(database, relay, settings) == 0


async def test_nobody_is_bombed_with_mails_for_a_new_password(client: AsyncClient, olga: AsyncClient) -> None:
    answers = [await client.post(f"{AUTH}/password-resets", json={"email": OLGA}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]


async def second_factor_of(olga: AsyncClient) -> tuple[pyotp.TOTP, str, list[str]]:
    """Set a second factor up; return it, the code that confirmed it, and the recovery codes."""
    offer = await post(olga, "/auth/second-factor", {"password": PASSWORD}, status=200)
    totp = pyotp.parse_uri(offer["uri"])
    assert isinstance(totp, pyotp.TOTP)
    code = totp.now()
    answer = await olga.put(f"{AUTH}/second-factor", json={"otp": code})
    assert answer.status_code == 200, answer.text
    return totp, code, answer.json()["recovery_codes"]


async def test_a_second_factor_is_asked_for_and_no_code_works_twice(
    client: AsyncClient, olga: AsyncClient, database: Database
) -> None:
    totp, used, _ = await second_factor_of(olga)

    told = problem(await try_to_sign_in(client), 401)
    assert told["type"].endswith("#second-factor")
    assert problem(await try_to_sign_in(client, password="wrong horse battery"), 401)["type"].endswith("#unauthorized")
    problem(await try_to_sign_in(client, otp=used), 401)
    later = totp.at(int(time.time()), counter_offset=1)
    assert (await try_to_sign_in(client, otp=later)).status_code == 200
    problem(await try_to_sign_in(client, otp=later), 401)
    assert totp.secret not in await everything_stored(database)


async def test_a_recovery_code_stands_in_once(client: AsyncClient, olga: AsyncClient) -> None:
    *_, codes = await second_factor_of(olga)
    assert len(set(codes)) == 10

    assert await token_of(client, otp=codes[0].upper())

    problem(await try_to_sign_in(client, otp=codes[0]), 401)
    assert await token_of(client, otp=codes[1].replace("-", " "))


async def test_a_second_factor_goes_with_password_and_code_only(client: AsyncClient, olga: AsyncClient) -> None:
    problem(await olga.post(f"{AUTH}/second-factor", json={"password": "wrong horse battery"}), 422)
    problem(await olga.put(f"{AUTH}/second-factor", json={"otp": "000000"}), 409)
    *_, codes = await second_factor_of(olga)
    problem(await olga.post(f"{AUTH}/second-factor", json={"password": PASSWORD}), 409)
    removal = f"{AUTH}/second-factor/removal"
    problem(await olga.post(removal, json={"password": PASSWORD, "otp": "000000"}), 401)

    assert (await olga.post(removal, json={"password": PASSWORD, "otp": codes[0]})).status_code == 204

    assert await token_of(client)


async def test_a_key_is_shown_once_narrows_its_owner_and_ends(
    app: FastAPI, olga: AsyncClient, database: Database
) -> None:
    body = {"name": "numbers", "scope": "analyst", "days": 1}
    problem(await olga.post(f"{AUTH}/keys", json=body | {"days": 1000}), 422, pointer="/days")
    made = await post(olga, "/auth/keys", body)
    assert made["key"] not in await everything_stored(database)
    assert all("key" not in each for each in (await get(olga, "/auth/keys"))["items"])

    async with bearing(app, made["key"]) as script:
        assert (await get(script, "/auth/me"))["role"] == "analyst"
        problem(await script.post(f"{API}/campaigns", json=campaign()), 403)
        problem(await script.post(f"{AUTH}/keys", json=body), 403)
        assert (await olga.delete(f"{AUTH}/keys/{made['id']}")).status_code == 204
        problem(await script.get(f"{AUTH}/me"), 401)


async def test_nobody_makes_a_key_that_may_more_than_they(
    app: FastAPI, client: AsyncClient, database: Database
) -> None:
    await person(database, role=Role.ANALYST)
    async with bearing(app, await token_of(client)) as analyst:
        body = {"name": "more", "scope": "owner"}
        problem(await analyst.post(f"{AUTH}/keys", json=body), 422, pointer="/scope")
        problem(await analyst.post(f"{AUTH}/keys", json=body | {"organiser_id": str(uuid.uuid4())}), 422)


async def test_a_key_loses_what_its_organiser_loses(
    app: FastAPI, client: AsyncClient, olga: AsyncClient, database: Database
) -> None:
    eve_id = await person(database, "eve@committee.example.org")
    async with bearing(app, await token_of(client, "eve@committee.example.org")) as eve:
        made = await post(eve, "/auth/keys", {"name": "all", "scope": "owner"})
    async with bearing(app, made["key"]) as script:
        assert (await olga.patch(f"{API}/organisers/{eve_id}", json={"role": "editor"})).status_code == 200
        assert (await get(script, "/auth/me"))["role"] == "editor"
        problem(await script.get(f"{API}/audit"), 403)


async def test_one_request_reads_once_to_know_who_asks(olga: AsyncClient, app: FastAPI) -> None:
    statements: list[str] = []
    engine = app.state.database.engine.sync_engine

    def listen(*context: Any) -> None:
        statements.append(context[2])

    sa.event.listen(engine, "before_cursor_execute", listen)
    await olga.get(f"{AUTH}/sessions")
    sa.event.remove(engine, "before_cursor_execute", listen)

    assert [each for each in statements if "organiser_session.digest =" in each] == statements[-2:-1]
    assert len([each for each in statements if each.startswith("SELECT")]) == 2
