"""Campaigns and letters in the words of OSDI 1.x (HAL JSON), to be read by other systems. Nobody is named."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.campaign import Campaign
from app.models.letter import LEFT, Letter, Stage
from app.models.office import Channel
from app.models.organisation import Organiser
from app.models.osdi import MOST, CampaignPage, OutreachPage
from app.models.text import in_language
from app.rows.asking import among, rows
from app.services import campaigns, publicity
from app.services.counting import tallied
from app.services.numbers import rates
from app.services.queueing import in_order

LANGUAGE = "en"
TYPES = {Channel.EMAIL: "email", Channel.POST: "postal mail", Channel.WEB_FORM: "web form"}
CURIES = [
    {"name": "osdi", "href": "https://opensupporter.github.io/osdi-docs/{rel}", "templated": True},
]

Hal = dict[str, Any]


def entry_point(root: str) -> Hal:
    """Where a client begins: it follows links from here."""
    return {
        "motd": "Letters for political prisoners. Read-only.",
        "max_pagesize": MOST,
        "vendor_name": "Unsilenced",
        "product_name": "Unsilenced",
        "osdi_version": "1.2.0",
        "namespace": "unsilenced",
        "_links": {
            "curies": CURIES,
            "self": _link(root),
            "osdi:advocacy_campaigns": _link(f"{root}/advocacy_campaigns"),
            "docs": _link("https://opensupporter.github.io/osdi-docs/"),
        },
    }


async def list_campaigns(session: AsyncSession, root: str, page: CampaignPage) -> Hal:
    """Return a page of public campaigns, newest first."""
    public = publicity.of_campaigns()
    total = (await session.exec(select(sa.func.count()).select_from(Campaign).where(public))).one()
    newest = select(Campaign).where(public).order_by(col(Campaign.id).desc())
    found = (await session.exec(newest.offset((page.page - 1) * page.per_page).limit(page.per_page))).all()
    stages = await tallied.by_campaign(session, [each.id for each in found])
    shown = [_campaign(root, each, stages[each.id]) for each in found]
    pages = -(-total // page.per_page)
    here = f"{root}/advocacy_campaigns?per_page={page.per_page}&page="
    links = {"next": _link(f"{here}{page.page + 1}")} if page.page < pages else {}
    links |= {"previous": _link(f"{here}{page.page - 1}")} if page.page > 1 else {}
    numbers = {"total_pages": pages, "per_page": page.per_page, "page": page.page, "total_records": total}
    return numbers | _collection("advocacy_campaigns", f"{here}{page.page}", shown, links)


async def read_campaign(session: AsyncSession, root: str, campaign_id: uuid.UUID) -> Hal:
    """Return one public campaign."""
    public = select(Campaign).where(Campaign.id == campaign_id, publicity.of_campaigns())
    campaign = (await session.exec(public)).first()
    if campaign is None:
        raise campaigns.no_campaign()
    stages = await tallied.by_campaign(session, [campaign.id])
    return _campaign(root, campaign, stages[campaign.id])


async def list_outreaches(
    session: AsyncSession, root: str, organiser: Organiser, campaign_id: uuid.UUID, page: OutreachPage
) -> Hal:
    """Return a page of the letters of a campaign, the oldest first, to organisers of its organisation."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None or campaign.organisation_id != organiser.organisation_id:
        raise campaigns.no_campaign()
    found = await _letters(session, campaign.id, page)
    titles = await rates.titles_of(session, {each.office_id for each in found[: page.per_page]}, language=LANGUAGE)
    campaign_url = f"{root}/advocacy_campaigns/{campaign.id}"
    shown = [_outreach(campaign_url, each, titles[each.office_id]) for each in found[: page.per_page]]
    here = f"{campaign_url}/outreaches?per_page={page.per_page}"
    more = len(found) > page.per_page
    links = {"next": _link(f"{here}&after={found[page.per_page - 1].id}")} if more else {}
    total = sum((await tallied.by_campaign(session, [campaign.id]))[campaign.id].values())
    numbers = {"per_page": page.per_page, "total_records": total}
    return numbers | _collection("outreaches", here + (f"&after={page.after}" if page.after else ""), shown, links)


async def _letters(session: AsyncSession, campaign_id: uuid.UUID, page: OutreachPage) -> list[Letter]:
    names = ("id", "office_id", "channel", "stage", "created_at", "moved_at")
    ids = await in_order.oldest(session, campaign_id, after=page.after, limit=page.per_page + 1)
    which = sa.select(*(col(getattr(Letter, name)) for name in names)).where(among(session, col(Letter.id), ids))
    found = await rows(session, which.order_by(col(Letter.id)))
    return [Letter(**dict(zip(names, row, strict=True))) for row in found]


def _campaign(root: str, campaign: Campaign, stages: Mapping[Stage, int]) -> Hal:
    here = f"{root}/advocacy_campaigns/{campaign.id}"
    return {
        **_common(campaign.id, campaign.created_at, campaign.closed_at or campaign.created_at),
        "name": campaign.code,
        "title": in_language(campaign.title, LANGUAGE),
        "summary": in_language(campaign.summary, LANGUAGE),
        "description": in_language(campaign.summary, LANGUAGE),
        "type": "letter",
        "total_outreaches": sum(stages.values()),
        "unsilenced:slug": campaign.slug,
        "unsilenced:status": campaign.status,
        "unsilenced:letters_sent": sum(stages[stage] for stage in LEFT),
        "_links": {"self": _link(here), "osdi:outreaches": _link(f"{here}/outreaches")},
    }


def _outreach(campaign_url: str, letter: Letter, office: str) -> Hal:
    return {
        **_common(letter.id, letter.created_at, letter.moved_at),
        "type": TYPES[letter.channel],
        "targets": [{"title": office}],
        "unsilenced:office_id": str(letter.office_id),
        "unsilenced:status": letter.stage,
        "_links": {"osdi:advocacy_campaign": _link(campaign_url)},
    }


def _common(of: uuid.UUID, created_at: datetime, modified_at: datetime) -> Hal:
    return {
        "identifiers": [f"unsilenced:{of}"],
        "origin_system": "Unsilenced",
        "created_date": created_at.isoformat(),
        "modified_date": modified_at.isoformat(),
    }


def _collection(name: str, here: str, shown: Sequence[Hal], links: Hal) -> Hal:
    own = [each["_links"]["self"] for each in shown if "self" in each["_links"]]
    return {
        "_links": {"curies": CURIES, "self": _link(here), **({f"osdi:{name}": own} if own else {}), **links},
        "_embedded": {f"osdi:{name}": list(shown)},
    }


def _link(href: str) -> dict[str, str]:
    return {"href": href}
