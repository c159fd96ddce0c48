"""To whom a supporter writes, by which channel and in which language."""

import uuid

from app.composing.brief import BriefOffice
from app.composing.recipients import choose
from app.models.office import Channel
from tests.composing.pieces import brief, office

AUTHORITY = office(id=uuid.UUID(int=11), languages=["be", "ru", "en"])
IN_BERN = office(
    id=uuid.UUID(int=12),
    kind="ambassador",
    written_from=["CH", "LI", "DE"],
    languages=["fr", "de", "en"],
    channels=["post", "email"],
)
IN_PARIS = office(id=uuid.UUID(int=13), kind="ambassador", written_from=["FR"], languages=["fr", "ru"])
CONTENT = brief(offices=[AUTHORITY, IN_BERN, IN_PARIS])


def offices(country: str) -> list[uuid.UUID]:
    return [each.office.id for each in choose(CONTENT, country=country, language="en")]


def languages(language: str, *, country: str = "DE") -> list[str]:
    return [each.language for each in choose(CONTENT, country=country, language=language)]


def test_an_embassy_is_offered_in_every_country_to_which_it_is_accredited() -> None:
    for country in ("CH", "LI", "DE"):
        assert offices(country) == [AUTHORITY.id, IN_BERN.id]


def test_an_embassy_that_is_not_accredited_there_is_not_offered() -> None:
    assert offices("FR") == [AUTHORITY.id, IN_PARIS.id]
    assert offices("US") == [AUTHORITY.id]


def test_an_embassy_accredited_to_no_country_is_offered_to_nobody() -> None:
    content = brief(offices=[office(kind="ambassador", written_from=[])])

    assert choose(content, country="DE", language="en") == []


def test_letters_are_in_the_supporters_own_language_where_the_office_takes_it() -> None:
    assert languages("de") == ["ru", "de"]
    assert languages("en") == ["en", "en"]


def test_else_they_are_in_the_first_language_that_the_office_takes_and_the_campaign_has() -> None:
    assert languages("es") == ["ru", "de"]
    assert languages("fr", country="FR") == ["ru", "ru"]


def test_a_language_that_the_campaign_does_not_have_is_never_chosen() -> None:
    assert languages("be") == ["ru", "de"]


def test_the_channel_is_the_offices_first() -> None:
    channels = [each.channel for each in choose(CONTENT, country="CH", language="de")]

    assert channels == [Channel.EMAIL, Channel.POST]


def test_a_brief_of_before_still_says_who_writes_to_an_embassy() -> None:
    older = IN_BERN.model_dump(mode="json", exclude={"own_government", "needs_address", "web_form_asks"})
    older["accredited_to"] = older.pop("written_from")

    assert BriefOffice.model_validate(older) == IN_BERN
