"""What a supporter may put into a letter: a paragraph, a role, arguments, and a whole text where allowed."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.delivery.worker import Worker
from tests.conftest import on_one_database
from tests.factories import API, office, post, published, submission
from tests.relay import Relay
from tests.steps import LETTERS, PROSECUTOR, get, patch, problem, receipt, stages, stats, write

WHOLE = "I write about Ada, whom I met at a concert in Minsk. She sang there, and I have not forgotten it."


async def preview(client: AsyncClient, **overrides: object) -> list[dict[str, Any]]:
    shown = await post(client, f"{LETTERS}/preview", submission(**overrides), status=200)
    return list(shown["letters"])


async def test_a_role_is_said_in_letters_of_the_language_in_which_it_was_given(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)

    authority, ambassador = await preview(client, language="de", role="als Krankenschwester")

    assert "Ich schreibe Ihnen als Krankenschwester." in ambassador["body"]
    assert "Krankenschwester" not in authority["body"]  # which is in Russian


@on_one_database
@pytest.mark.parametrize("role", ["as a nurse.", "As a nurse", "as a nurse, ", "AS a nurse!"])
async def test_a_role_becomes_a_part_of_its_sentence(client: AsyncClient, organiser: AsyncClient, role: str) -> None:
    await published(organiser, offices=[office(languages=["en"])])

    authority, _ = await preview(client, language="en", role=role)

    assert "I write to you as a nurse.\n" in authority["body"]


@on_one_database
@pytest.mark.parametrize("role", ["nurse", "als Krankenschwester", "a nurse who asks for everything to be burnt"])
async def test_a_role_that_does_not_go_on_from_i_write_to_you_is_refused_with_an_example(
    client: AsyncClient, organiser: AsyncClient, role: str
) -> None:
    await published(organiser)

    refused = await client.post(f"{API}{LETTERS}/preview", json=submission(role=role))

    problem(refused, 422, pointer="/role")
    assert "as a nurse" in refused.text


async def test_a_supporter_chooses_among_the_arguments_that_are_offered(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)
    offered = (await get(client, "/campaigns/free-ada/officials?country=DE&language=en"))["arguments"]

    assert {"law", "dignity", "family"} <= {each["key"] for each in offered}
    assert all(each["label"] for each in offered)
    (letter, _) = await preview(client, arguments=["law", "family"])
    (other, _) = await preview(client, arguments=["trust"])
    assert letter["body"] != other["body"]
    problem(
        await client.post(f"{API}{LETTERS}/preview", json=submission(arguments=["law", "nonsense"])),
        422,
        pointer="/arguments/1",
    )


async def test_a_whole_text_is_refused_where_the_campaign_takes_a_paragraph(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser)

    problem(await client.post(API + LETTERS, json=submission(text=WHOLE, paragraph=None)), 422, pointer="/text")


async def test_a_whole_text_keeps_facts_and_demands_and_waits_for_an_organiser(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, own_text="whole")
    (letter, _) = await preview(client, text=WHOLE, paragraph=None)
    assert WHOLE in letter["body"]
    assert "the immediate release of Ada Prisoner" in letter["body"]
    assert "Ada Prisoner is held in prison and is ill." in letter["body"]
    assert letter["moderated"] is True

    confirmed, token = await write(client, text=WHOLE, paragraph=None)
    await worker.drain()

    assert stages(confirmed) == [("held", "moderation"), ("held", "moderation")]
    assert relay.to(PROSECUTOR) == []
    assert (await stats(client))["letters"]["held"] == 2
    assert WHOLE in (await receipt(client, token))["letters"][0]["body"]


async def test_a_pause_and_its_end_do_not_let_unread_texts_go(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, own_text="whole")
    _, token = await write(client, text=WHOLE, paragraph=None)

    await post(organiser, "/campaigns/free-ada/pause", status=200)
    await post(organiser, "/campaigns/free-ada/resume", status=200)
    await worker.drain()

    assert stages(await receipt(client, token)) == [("held", "moderation"), ("held", "moderation")]
    assert relay.to(PROSECUTOR) == []


async def test_a_text_and_a_paragraph_do_not_go_together(client: AsyncClient, organiser: AsyncClient) -> None:
    await published(organiser, own_text="whole")

    problem(await client.post(API + LETTERS, json=submission(text=WHOLE)), 422, pointer="/paragraph")


async def test_an_office_that_asks_for_name_and_address_says_so_before_and_gets_them(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    await published(organiser, offices=[office(needs_address=True)])
    (strict, _) = (await get(client, "/campaigns/free-ada/officials?country=DE"))["items"]
    assert strict["needs"] == ["street", "city"]
    assert "name and home address" in strict["why"]

    nowhere = submission(supporter={"street": None})
    refused = await client.post(API + LETTERS, json=nowhere)
    problem(refused, 422, pointer="/supporter/street")
    assert "takes letters only with your name and home address" in refused.text

    authority, ambassador = await preview(client)
    assert "Sam Supporter\nMusterweg 1\n10115 Berlin\n" in authority["body"]
    assert "Musterweg" not in ambassador["body"]
    others = {**nowhere, "office_ids": [ambassador["office_id"]]}
    await post(client, LETTERS, others, status=202)


async def test_a_campaign_that_hides_its_supporters_cannot_write_to_such_an_office(organiser: AsyncClient) -> None:
    await published(organiser, offices=[office(needs_address=True)])
    await patch(organiser, "/campaigns/free-ada", privacy="initials_and_town")

    problem(await organiser.post(f"{API}/campaigns/free-ada/publish"), 422, pointer="/offices/0")


async def test_a_web_form_comes_with_its_address_and_what_it_will_ask(
    client: AsyncClient, organiser: AsyncClient
) -> None:
    form = office(
        channels=["web_form"],
        web_form_url="https://forms.example.org/appeal",
        web_form_asks={"en": ["Surname", "First name", "Postal address"], "de": ["Nachname"]},
    )
    await published(organiser, offices=[form])
    expected = {"url": "https://forms.example.org/appeal", "asks": ["Surname", "First name", "Postal address"]}

    letter, ambassador = await preview(client)
    _, token = await write(client)

    assert letter["web_form"] == expected
    assert ambassador["web_form"] is None
    assert (await receipt(client, token))["letters"][0]["web_form"] == expected


async def test_letters_to_authorities_name_the_embassies_that_get_one_too(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, name_copies=True)

    authority, ambassador = await preview(client, language="en")
    await write(client)
    await worker.drain()

    assert authority["body"].endswith("\n\nCopy: Ambassador to Germany\n")
    assert "Copy" not in ambassador["body"]
    assert relay.to(PROSECUTOR)[0].body.endswith("Copy: Ambassador to Germany\n")
    (alone,) = await preview(client, office_ids=[authority["office_id"]])
    assert "Copy" not in alone["body"]


async def test_an_organiser_reads_a_whole_text_and_lets_it_go_or_stops_it(
    client: AsyncClient, organiser: AsyncClient, worker: Worker, relay: Relay
) -> None:
    await published(organiser, own_text="whole")
    await write(client, text=WHOLE, paragraph=None)
    waiting = (await get(organiser, "/letters?stage=held&reason=moderation"))["items"]
    assert [each["own_words"] for each in waiting] == [WHOLE, WHOLE]

    to_prosecutor = next(each for each in waiting if each["office"] == "Prosecutor General")
    to_embassy = next(each for each in waiting if each is not to_prosecutor)
    await post(organiser, f"/letters/{to_prosecutor['id']}/release", status=200)
    await post(organiser, f"/letters/{to_embassy['id']}/cancel", status=200)
    await worker.drain()

    (sent,) = relay.to(PROSECUTOR)
    assert WHOLE in sent.body
    assert relay.to("embassy@by.example.org") == []
    numbers = (await stats(client))["letters"]
    assert (numbers["sent"], numbers["cancelled"], numbers["held"]) == (1, 1, 0)
