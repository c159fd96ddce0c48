"""What tests write about: bodies with overrides, and a campaign that is open."""

from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import AsyncClient

API = "/api/v1"
PARAGRAPH = "As a nurse in Berlin I know what missing treatment means."


def prisoner(**overrides: Any) -> dict[str, Any]:
    return {
        "slug": "ada-prisoner",
        "name": "Ada Prisoner",
        "country": "BY",
        "consent": "by_family",
        "names": {"en": "Ada Prisoner", "de": "Ada Prisoner", "ru": "Ада Призонер"},
        "cases": {"ru": {"genitive": "Ады Призонер"}},
        "summary": {
            "en": "Ada Prisoner is held in prison and is ill.",
            "de": "Ada Prisoner ist in Haft und krank.",
            "ru": "Ада Призонер находится в тюрьме и больна.",
        },
        **overrides,
    }


def office(**overrides: Any) -> dict[str, Any]:
    return {
        "kind": "prosecutor_general",
        "country": "BY",
        "title": {"en": "Prosecutor General", "de": "Generalstaatsanwalt", "ru": "Генеральный прокурор"},
        "languages": ["ru", "en"],
        "channels": ["email"],
        "emails": [{"address": "prosecutor@by.example.org"}],
        "holder": {"name": "Pavel Prosecutor", "surname": "Prosecutor", "gender": "male"},
        **overrides,
    }


def embassy(**overrides: Any) -> dict[str, Any]:
    return office(
        **{
            "kind": "ambassador",
            "title": {"en": "Ambassador to Germany", "de": "Botschafterin in Deutschland", "ru": "Посол в Германии"},
            "languages": ["de"],
            "emails": [{"address": "embassy@by.example.org"}],
            "holder": {"name": "Alena Ambassador", "surname": "Ambassador", "gender": "female"},
            "accredited_to": ["DE", "CH"],
            **overrides,
        }
    )


def campaign(**overrides: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {
        "slug": "free-ada",
        "code": "BLR-1",
        "title": {"en": "Free Ada", "de": "Freiheit für Ada", "ru": "Свободу Аде"},
        "summary": {"en": "Ada is in prison.", "de": "Ada ist in Haft.", "ru": "Ада в тюрьме."},
        "demands": {
            "en": ["the immediate release of Ada Prisoner", "medical care for Ada Prisoner"],
            "de": ["die sofortige Freilassung von Ada Prisoner", "medizinische Versorgung für Ada Prisoner"],
            "ru": ["немедленное освобождение Ады Призонер", "медицинская помощь Аде Призонер"],
        },
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=90)).isoformat(),
        "embassies_of": ["BY"],
        "refused_countries": ["BY"],
        "prisoners": ["ada-prisoner"],
        **overrides,
    }


def submission(**overrides: Any) -> dict[str, Any]:
    supporter = {
        "name": "Sam Supporter",
        "email": "sam@supporter.example.org",
        "country": "DE",
        "city": "Berlin",
        "street": "Musterweg 1",
        "postcode": "10115",
        **overrides.pop("supporter", {}),
    }
    return {"supporter": supporter, "consent": {"send": True}, "paragraph": PARAGRAPH, **overrides}


async def post(client: AsyncClient, path: str, body: Any = None, *, status: int = 201, **options: Any) -> Any:
    """POST under the API and return what comes back; the status must be the expected one."""
    answer = await client.post(API + path, json=body, **options)
    assert answer.status_code == status, answer.text
    return answer.json()


async def draft(
    organiser: AsyncClient, *, offices: list[dict[str, Any]] | None = None, **overrides: Any
) -> dict[str, Any]:
    """A campaign that could be published: its prisoner, an authority by e-mail and an embassy."""
    await post(organiser, "/prisoners", prisoner())
    made = [await post(organiser, "/officials", each) for each in (offices or [office()])]
    await post(organiser, "/officials", embassy())
    created: dict[str, Any] = await post(
        organiser, "/campaigns", campaign(offices=[each["id"] for each in made], **overrides)
    )
    return created


async def published(organiser: AsyncClient, **options: Any) -> Any:
    """A campaign that is open for letters."""
    made = await draft(organiser, **options)
    return await post(organiser, f"/campaigns/{made['slug']}/publish", status=200)
