"""Which offices a supporter is offered: by where they live, how many, and who has got the fewest letters."""

from typing import Any

from httpx import AsyncClient

from tests.factories import API, embassy, office, post, published, submission
from tests.steps import LETTERS, get, problem, write

MINISTER = {"kind": "minister", "foreign_affairs": True, "languages": ["de"], "holder": None}


async def offered(client: AsyncClient, country: str) -> Any:
    return await get(client, f"/campaigns/free-ada/officials?country={country}")


def titles(offer: Any) -> list[str]:
    return [each["office"] for each in offer["items"]]


async def test_where_no_ambassador_is_accredited_it_says_so(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser)

    offer = await offered(client, "LU")

    assert titles(offer) == ["Prosecutor General"]
    assert offer["missing"] == [
        {"office": "Ambassador of Belarus", "because": "None that we know of is accredited to Luxembourg."}
    ]


async def test_the_nearest_embassy_stands_in_by_the_organisers_order(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    paris = embassy(title={"en": "Ambassador to France"}, accredited_to=["FR"])
    await post(organiser, "/officials", paris)
    await published(organiser, nearest_embassies=["NL", "FR", "DE"])

    for country, expected in {"LU": "Ambassador to France", "DE": "Ambassador to Germany"}.items():
        assert titles(await offered(client, country)) == ["Prosecutor General", expected]
    near = (await offered(client, "LU"))["items"][1]
    assert near["why"] == "There is none for your country: this is the nearest."


async def test_supporters_write_to_their_own_foreign_minister_and_to_no_other(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    for country, title in {"DE": "Foreign minister of Germany", "CH": "Foreign minister of Switzerland"}.items():
        await post(organiser, "/officials", office(**MINISTER, country=country, title={"en": title}))
    await post(organiser, "/officials", office(kind="minister", country="DE", title={"en": "Minister of Justice"}))
    await post(organiser, "/officials", office(**MINISTER, country="BY", title={"en": "Foreign minister of Belarus"}))
    await published(organiser, own_government=True)

    assert titles(await offered(client, "DE"))[2:] == ["Foreign minister of Germany"]
    assert titles(await offered(client, "CH"))[2:] == ["Foreign minister of Switzerland"]
    nobody = await offered(client, "FR")
    assert {"office": "Foreign minister of France", "because": "We do not have this office yet."} in nobody["missing"]
    letters = (await post(client, f"{LETTERS}/preview", submission(language="de"), status=200))["letters"]
    assert "Ihr Land" not in letters[2]["body"]  # that is for those who speak for Belarus


async def test_a_campaign_asks_one_person_for_so_many_letters_at_most(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser, at_most=1)
    offer = await offered(client, "DE")
    assert offer["at_most"] == 1
    both = [each["office_id"] for each in offer["items"]]

    letters = (await post(client, f"{LETTERS}/preview", submission(), status=200))["letters"]

    assert [each["office_id"] for each in letters] == both[:1]
    problem(await client.post(API + LETTERS, json=submission(office_ids=both)), 422, pointer="/office_ids")
    chosen = await post(client, LETTERS, submission(office_ids=both[1:]), status=202)
    assert [each["office_id"] for each in chosen["letters"]] == both[1:]


async def test_letters_are_spread_to_those_who_have_got_the_fewest(client: AsyncClient, organiser: AsyncClient) -> None:
    judges = [office(title={"en": f"Judge {n}"}, emails=[{"address": f"judge{n}@by.example.org"}]) for n in range(3)]
    await published(organiser, offices=judges, at_most=1, least_written_first=True, embassies_of=[])

    for n in range(6):
        await write(client, supporter={"email": f"sam{n}@supporter.example.org"})

    by_office = (await get(client, "/campaigns/free-ada/stats?by=office"))["by"]["office"]
    assert sorted(sum(stages.values()) for stages in by_office.values()) == [2, 2, 2]
