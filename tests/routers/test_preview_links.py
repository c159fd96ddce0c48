"""Preview links: a draft shown to somebody without an account, for some days, and nothing else."""

import sqlalchemy as sa
from httpx import AsyncClient

from app.database import Database
from tests.factories import API, draft, embassy, office, post, published
from tests.steps import everything_stored, get, how_many, patch, problem

NOTE = {"note": "the family's lawyer"}


async def made(organiser: AsyncClient) -> tuple[str, str]:
    """Make a link; return its token and its id."""
    link = await post(organiser, "/campaigns/free-ada/preview-links", NOTE)
    return link["url"].rpartition("/")[2], link["id"]


async def test_a_link_shows_the_draft_and_its_letters_as_they_would_be(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await draft(organiser, privacy="organisation")
    token, _ = await made(organiser)

    answer = await client.get(f"{API}/previews/{token}?country=DE&country=FR")

    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    preview = answer.json()
    assert (preview["campaign"]["status"], preview["campaign"]["slug"], preview["complete"]) == (
        "draft",
        "free-ada",
        True,
    )
    assert {each["country"] for each in preview["letters"]} == {"DE", "FR"}
    assert all("Committee" in each["body"] for each in preview["letters"])
    assert "embassy@by.example.org" not in answer.text
    assert "texts" not in preview["campaign"]
    assert (await how_many(database, "submission"), await how_many(database, "tally")) == (0, 0)
    await post(organiser, "/campaigns/free-ada/publish", status=200)
    shown = await get(client, "/campaigns/free-ada")
    assert {**preview["campaign"], "status": "active"} == shown


async def test_the_page_behind_the_link_needs_no_account_and_changes_nothing(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await draft(organiser)
    token, _ = await made(organiser)

    page = await client.get(f"/preview/{token}?language=de")

    assert page.status_code == 200
    assert "Freiheit für Ada" in page.text
    assert "die sofortige Freilassung" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert (await client.post(f"/preview/{token}")).status_code == 405


async def test_a_link_ends_when_it_is_revoked_has_run_out_or_the_campaign_is_closed(
    client: AsyncClient, organiser: AsyncClient, stranger: AsyncClient, database: Database
) -> None:
    await published(organiser)
    token, id_ = await made(organiser)
    await get(client, f"/previews/{token}")
    problem(await stranger.delete(f"{API}/campaigns/free-ada/preview-links/{id_}"), 404)
    assert (await organiser.delete(f"{API}/campaigns/free-ada/preview-links/{id_}")).status_code == 204
    problem(await client.get(f"{API}/previews/{token}"), 410)

    old, _ = await made(organiser)
    async with database.transaction() as session:
        await session.exec(sa.text("UPDATE preview_link SET expires_at = '2020-01-01 00:00:00+00:00'"))  # type: ignore[call-overload]
    problem(await client.get(f"{API}/previews/{old}"), 410)

    last, _ = await made(organiser)
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    problem(await client.get(f"{API}/previews/{last}"), 410)
    problem(await organiser.post(f"{API}/campaigns/free-ada/preview-links", json=NOTE), 409)
    assert len((await get(organiser, "/campaigns/free-ada/preview-links"))["items"]) == 3


async def test_a_token_cannot_be_guessed_and_is_kept_nowhere(
    client: AsyncClient, organiser: AsyncClient, database: Database
) -> None:
    await draft(organiser)
    token, _ = await made(organiser)
    problem(await client.get(f"{API}/previews/{'A' * 43}"), 404)
    problem(await client.get(f"{API}/previews/{token[:-1]}{'A' if token[-1] != 'A' else 'E'}"), 404)
    problem(await client.get(f"{API}/receipts/{token}"), 404)
    assert token not in await everything_stored(database)


async def test_a_prisoner_without_consent_is_shown_to_nobody(client: AsyncClient, organiser: AsyncClient) -> None:
    await draft(organiser)
    token, _ = await made(organiser)
    await patch(organiser, "/prisoners/ada-prisoner", consent="none")

    preview = await get(client, f"/previews/{token}")

    assert (preview["complete"], preview["letters"], preview["campaign"]["prisoners"]) == (False, [], [])


async def test_a_draft_with_links_and_invitations_can_be_deleted(client: AsyncClient, organiser: AsyncClient) -> None:
    await draft(organiser, offices=[office(), embassy()])
    token, _ = await made(organiser)
    asked = {"name": "Example Watch", "country": "FR", "email": "eve@endorser.example.org"}
    await post(organiser, "/campaigns/free-ada/endorsements", asked)

    assert (await organiser.delete(f"{API}/campaigns/free-ada")).status_code == 204
    problem(await client.get(f"{API}/previews/{token}"), 404)
