"""The demonstration: real names with the facts of September 2024, invented office holders, reserved addresses."""

import tomllib
from datetime import timedelta
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.config import PROJECT
from app.models.campaign import Campaign, CampaignClose, CampaignCreate
from app.models.columns import now
from app.models.office import OfficeCreate
from app.models.organisation import Organiser
from app.models.prisoner import PrisonerCreate
from app.models.prisoner_event import EventCreate
from app.services import campaigns
from app.services.lives import events, prisoners
from app.services.offices import officials
from app.services.organising import editing, publishing
from app.services.team import organisers

FOLDER = PROJECT / "demo"
ORGANISATION = "Demonstration Committee"


async def load(session: AsyncSession, *, key: str) -> bool:
    """Fill an empty database; tell whether it was empty. `key` becomes the demo organiser's API key."""
    if (await session.exec(select(Campaign.id).limit(1))).first():
        return False
    await organisers.create(session, organisation=ORGANISATION, name="Demo Organiser", key=key)
    organiser = await organisers.by_key(session, key)
    people, offices, appeals = (_read(name) for name in ("prisoner", "office", "campaign"))
    lives = {person["slug"]: person.pop("events", []) for person in people}
    for person in people:
        await prisoners.create(session, organiser, PrisonerCreate.model_validate(person))
    keys = {office.pop("key"): office for office in offices}
    ids = {
        name: (await officials.create(session, organiser, OfficeCreate.model_validate(office))).id
        for name, office in keys.items()
    }
    for appeal in appeals:
        await _campaign(session, organiser, {**appeal, "offices": [ids[name] for name in appeal["offices"]]})
    for slug, happened in lives.items():
        prisoner = await prisoners.own(session, organiser, slug)
        for event in happened:
            await events.add(session, prisoner, EventCreate.model_validate(event))
    return True


async def _campaign(session: AsyncSession, organiser: Organiser, appeal: dict[str, Any]) -> None:
    today = now().date()
    days = timedelta(days=appeal.pop("days_open"))
    outcome, note = appeal.pop("outcome", None), appeal.pop("outcome_note", {})
    del appeal["publish"]
    body = CampaignCreate.model_validate({**appeal, "opens_on": today, "closes_on": today + days})
    await editing.create(session, organiser, body)
    campaign = await campaigns.own(session, organiser, body.slug)
    await publishing.publish(session, campaign)
    if outcome:
        await publishing.close(session, campaign, CampaignClose(outcome=outcome, note=note))


def _read(noun: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / f"{noun}s.toml").read_text(encoding="utf-8"))[noun]
    return found
