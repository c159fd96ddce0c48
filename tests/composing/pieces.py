"""What a letter is composed from, made by hand: no database, the same on every day."""

import uuid
from datetime import date
from typing import Any

from app.composing import texts
from app.composing.brief import BriefContent, BriefOffice, BriefPrisoner
from app.composing.compose import ComposedLetter, Opened, OwnPart, compose
from app.composing.sender import Supporter
from app.models.official import Holder
from app.models.prisoner import Gender

LANGUAGES = ("de", "en", "ru")
PARAGRAPH = "As a nurse in Berlin I know what missing treatment means."
DEMANDS = {
    "en": ["the immediate release of Ada Prisoner;", "medical care for Ada Prisoner."],
    "de": ["die sofortige Freilassung von Ada Prisoner;", "medizinische Versorgung für Ada Prisoner."],
    "ru": ["немедленное освобождение Ады Призонер;", "медицинская помощь Аде Призонер."],
}


def prisoner(**overrides: Any) -> BriefPrisoner:
    return BriefPrisoner.model_validate(
        {
            "id": uuid.UUID(int=1),
            "slug": "ada-prisoner",
            "name": "Ada Prisoner",
            "names": {"ru": "Ада Призонер"},
            "cases": {},
            "gender": Gender.FEMALE,
            "country": "BY",
            "summary": {
                "en": "Ada Prisoner is held in prison and is ill.",
                "de": "Ada Prisoner ist in Haft und krank.",
                "ru": "Ада Призонер находится в тюрьме и больна.",
            },
            **overrides,
        }
    )


ANOTHER = prisoner(
    id=uuid.UUID(int=2),
    slug="bob-prisoner",
    name="Bob Prisoner",
    names={"ru": "Боб Призонер"},
    summary={
        "en": "Bob Prisoner is held too.",
        "de": "Auch Bob Prisoner ist in Haft.",
        "ru": "Боб Призонер тоже в тюрьме.",
    },
)
CASES = {"ru": {"genitive": "Ады Призонер", "dative": "Аде Призонер", "accusative": "Аду Призонер"}}


def office(**overrides: Any) -> BriefOffice:
    return BriefOffice.model_validate(
        {
            "id": uuid.UUID(int=11),
            "kind": "prosecutor_general",
            "country": "BY",
            "title": {"en": "Prosecutor General"},
            "institution": {},
            "languages": ["ru", "en", "de"],
            "channels": ["email"],
            "salutations": {},
            "postal_address": None,
            "web_form_url": None,
            "written_from": None,
            **overrides,
        }
    )


def official(**overrides: Any) -> Holder:
    return Holder(
        **{
            "office_id": uuid.UUID(int=11),
            "name": "Pavel Muster",
            "surname": "Muster",
            "gender": Gender.MALE,
            **overrides,
        }
    )


def brief(**overrides: Any) -> BriefContent:
    return BriefContent.model_validate(
        {
            "campaign_id": uuid.UUID(int=21),
            "slug": "free-ada",
            "code": "BLR-1",
            "title": {"en": "Free Ada"},
            "organisation": "The Secret Committee",
            "opens_on": date(2026, 1, 1),
            "closes_on": date(2026, 12, 31),
            "repeat_every_days": None,
            "urgent": False,
            "privacy": "name_and_town",
            "name_organisation": False,
            "mail_from": None,
            "reply_to_supporter": False,
            "demands": DEMANDS,
            "texts": {language: texts.of_the_house(language) for language in LANGUAGES},
            "prisoners": [prisoner()],
            "offices": [office()],
            **overrides,
        }
    )


def supporter(**overrides: Any) -> Supporter:
    return Supporter(
        **{
            "name": "Sam Quill Supporter",
            "email": "sam@supporter.example.org",
            "country": "DE",
            "city": "Berlin",
            "street": "Musterweg 1",
            "postcode": "10115",
            **overrides,
        }
    )


def opened(**overrides: Any) -> Opened:
    own: dict[str, Any] = {
        part: overrides.pop(part) for part in ("paragraph", "text", "role", "arguments") if part in overrides
    }
    return Opened(
        **{
            "supporter": supporter(),
            "own": OwnPart(**({"paragraph": PARAGRAPH, "language": overrides.get("language", "en")} | own)),
            "prisoner_id": None,
            "language": "en",
            "seed": 20_240_929,
            **overrides,
        }
    )


def letter(content: BriefContent | None = None, **overrides: Any) -> ComposedLetter:
    """Compose a letter to the first office of a brief."""
    content = content or brief()
    return compose(content, content.offices[0], official(), opened(**overrides))
