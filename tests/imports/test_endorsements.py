"""Organisations to be asked, from a table: each gets one mail, and coming again changes nothing."""

import sqlalchemy as sa
from httpx import AsyncClient

from app.database import Database
from tests.factories import post, published
from tests.imports.steps import take_in, workbook
from tests.steps import everything_stored, get, how_many

HEADER = "Reference;Organisation;Land;E-Mail;Webseite"
EVE = "w1;Example Watch;FR;eve@endorser.example.org;https://watch.example.org"
OTTO = "w2;Other Watch;DE;otto@endorser.example.org;"
FOR_ADA = "set=campaign=free-ada"


def lines(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()


async def test_each_row_asks_one_organisation_once_however_often_it_comes(
    organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    dry = await take_in(organiser, "endorsements", lines(EVE, OTTO), f"?dry_run=true&{FOR_ADA}")
    assert (dry["created"], await how_many(database, "endorsement")) == (2, 0)

    told = await take_in(organiser, "endorsements", lines(EVE, OTTO), f"?{FOR_ADA}")
    again = await take_in(organiser, "endorsements", lines(EVE, OTTO), f"?{FOR_ADA}")

    assert (told["created"], again["unchanged"]) == (2, 2)
    assert await how_many(database, "account_link") == 2
    asked = (await get(organiser, "/campaigns/free-ada/endorsements/invitations"))["items"]
    assert [(each["name"], each["email"], each["external_id"]) for each in asked] == [
        ("Example Watch", "eve@endorser.example.org", "w1"),
        ("Other Watch", "otto@endorser.example.org", "w2"),
    ]
    assert "eve@endorser.example.org" not in await everything_stored(database)


async def test_a_row_mends_what_was_not_answered_and_leaves_what_was_signed(
    organiser: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await take_in(organiser, "endorsements", lines(EVE, OTTO), f"?{FOR_ADA}")
    async with database.transaction() as session:
        signed = "UPDATE endorsement SET status = 'confirmed', name = 'Otto Watch' WHERE external_id = 'w2'"
        await session.exec(sa.text(signed))  # type: ignore[call-overload]

    moved = EVE.replace("eve@", "new@").replace("Example Watch", "Example Watch International")
    told = await take_in(organiser, "endorsements", lines(moved, OTTO), f"?{FOR_ADA}")

    assert (told["updated"], told["unchanged"], await how_many(database, "account_link")) == (1, 1, 3)
    asked = (await get(organiser, "/campaigns/free-ada/endorsements/invitations"))["items"]
    assert [(each["name"], each["email"]) for each in asked] == [
        ("Example Watch International", "new@endorser.example.org"),
        ("Otto Watch", "otto@endorser.example.org"),
    ]


async def test_what_cannot_be_asked_is_told_row_by_row(
    organiser: AsyncClient, stranger: AsyncClient, database: Database
) -> None:
    await published(organiser)
    await post(
        organiser,
        "/campaigns/free-ada/endorsements",
        {"name": "Asked Before", "country": "FR", "email": "a@example.org"},
    )
    rows = (
        EVE,
        "w3;example  WATCH;DE;x@example.org;",
        "w4;Asked Before;DE;y@example.org;",
        "w5;No Address;DE;;",
        ";X;DE;z@example.org;",
    )

    told = await take_in(organiser, "endorsements", lines(*rows), f"?dry_run=true&{FOR_ADA}")
    theirs = await take_in(stranger, "endorsements", lines(EVE), f"?dry_run=true&{FOR_ADA}")

    faults = [[fault["column"] for fault in row.get("errors", [])] for row in told["rows"]]
    assert faults == [[], ["name"], ["name"], ["email"], ["external_id"]]
    assert theirs["rows"][0]["errors"][0]["column"] == "campaign"
    await post(organiser, "/campaigns/free-ada/close", {"outcome": "won"}, status=200)
    late = await take_in(organiser, "endorsements", lines(EVE), f"?dry_run=true&{FOR_ADA}")
    assert late["rows"][0]["errors"][0]["column"] == "campaign"


async def test_a_workbook_of_endorsers_comes_in_too(organiser: AsyncClient) -> None:
    await published(organiser)
    rows = [line.split(";") for line in (HEADER, EVE, OTTO)]
    told = await take_in(organiser, "endorsements", workbook(*rows), f"?{FOR_ADA}")
    assert (told["created"], told["columns"]["Organisation"]) == (2, "name")
