"""Trying a campaign out before it is published: all faults at once, and letters as they would read."""

from typing import Any

from httpx import AsyncClient

from app.database import Database
from tests.factories import API, draft, office, post
from tests.steps import get, how_many, problem

AT = "/campaigns/free-ada/rehearsal"
OWN = {"subjects": ["S {{ names }}"], "openings": ["O"], "requests": ["R:"], "endings": ["E."]}


async def rehearse(organiser: AsyncClient, **body: Any) -> Any:
    return await post(organiser, AT, body, status=200)


def texts(**overrides: list[str]) -> dict[str, Any]:
    """Texts of the campaign's own, in English, for authorities."""
    return {"en": {"authority": {**OWN, **overrides}}}


async def test_a_draft_shows_letters_of_supporters_from_several_countries(
    organiser: AsyncClient, database: Database
) -> None:
    await draft(organiser)

    tried = await rehearse(organiser, countries=["DE", "FR"])

    assert tried["faults"] == []
    assert [(each["country"], each["language"]) for each in tried["letters"]] == [
        ("DE", "ru"),
        ("DE", "de"),
        ("FR", "ru"),
    ]
    assert "Ada Example" in tried["letters"][0]["body"]
    assert await how_many(database, "submission") == await how_many(database, "brief") == 0


async def test_a_rehearsed_letter_is_the_letter_to_its_last_line(organiser: AsyncClient) -> None:
    await draft(organiser, offices=[office(languages=["en"])], name_copies=True, privacy="initials_and_town")

    authority, ambassador = (await rehearse(organiser, countries=["DE"]))["letters"]

    assert authority["sender"] == ambassador["sender"] == "A. E."
    assert authority["body"].endswith("\n\nA. E.\nExampletown, Germany\n\nCopy: Ambassador to Germany\n")
    assert "Copy" not in ambassador["body"]


async def test_other_texts_are_tried_without_being_kept(organiser: AsyncClient) -> None:
    await draft(organiser, offices=[office(languages=["en"])])

    tried = await rehearse(organiser, texts=texts(openings=["Tried out: {{ prisoner.name }}."]), countries=["GB"])

    assert "Tried out: Ada Prisoner." in tried["letters"][0]["body"]
    assert (await get(organiser, "/campaigns/free-ada"))["texts"] == {}


async def test_a_slip_in_a_text_is_shown_with_its_place_its_line_and_what_was_meant(organiser: AsyncClient) -> None:
    await draft(organiser)

    tried = await rehearse(organiser, texts=texts(openings=["Fine.", "Fine too.\nBut {{ prisoner.nmae }}."]))

    assert tried["letters"] == []
    (fault,) = tried["faults"]
    assert fault["pointer"] == "/texts/en/authority/openings/1"
    assert fault["detail"] == "Line 2: `prisoner.nmae` is not known; did you mean `prisoner.name`?"


async def test_every_fault_is_told_in_one_go(organiser: AsyncClient) -> None:
    await draft(organiser, closes_on=None)

    tried = await rehearse(organiser, texts=texts(subjects=["{{ 7*7 }}"], endings=["See www.evil.example"]))

    assert {fault["pointer"] for fault in tried["faults"]} == {
        "/closes_on",
        "/texts/en/authority/subjects/0",
        "/texts/en/authority/endings/0",
    }


async def test_a_fact_that_is_not_stored_is_named(organiser: AsyncClient) -> None:
    await draft(organiser)

    tried = await rehearse(organiser, texts=texts(openings=["Held since {{ prisoner.detained_on }}."]))

    (fault,) = tried["faults"]
    assert fault["pointer"] == "/texts/en/authority/openings"
    assert "Ada Prisoner: detained_on" in fault["detail"]


async def test_another_organisations_campaign_cannot_be_tried(organiser: AsyncClient, stranger: AsyncClient) -> None:
    await draft(organiser)

    problem(await stranger.post(API + AT, json={}), 404)
