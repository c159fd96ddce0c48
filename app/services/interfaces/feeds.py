"""What there is to tell of a campaign, in the order in which it happened."""

import uuid
from datetime import UTC, datetime, time
from textwrap import shorten

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.brief import Brief
from app.models.campaign import Campaign, CampaignStatus
from app.models.news import News, NewsKind
from app.models.organisation import Organisation
from app.models.text import in_language
from app.showing import words
from app.showing.feed import Entry, Feed

MOST_UPDATES = 50
LONGEST_TITLE = 80  # characters of an update that stand for it


async def read(session: AsyncSession, campaign: Campaign, *, language: str, url: str) -> Feed:
    """Return a campaign's feed in a language, the newest first."""
    language = words.known(language)
    organisation = await session.get_one(Organisation, campaign.organisation_id)
    entries = [await _published(session, campaign, language), *await _updates(session, campaign, language)]
    if campaign.status is CampaignStatus.CLOSED:
        entries.append(_closed(campaign, language))
    title = f"{in_language(campaign.title, language)} – {words.of(language)['updates']}"
    newest_first = sorted(entries, key=lambda entry: entry.at, reverse=True)
    return Feed(campaign.id, title, organisation.name, language, url, newest_first)


async def _published(session: AsyncSession, campaign: Campaign, language: str) -> Entry:
    first = select(Brief).where(Brief.campaign_id == campaign.id).order_by(col(Brief.number)).limit(1)
    brief = (await session.exec(first)).one()
    text = in_language(campaign.summary, language)
    return Entry(brief.id, words.of(language)["published"], text, brief.published_at)


async def _updates(session: AsyncSession, campaign: Campaign, language: str) -> list[Entry]:
    which = select(News).where(News.campaign_id == campaign.id, News.kind == NewsKind.UPDATE)
    found = await session.exec(which.order_by(col(News.id).desc()).limit(MOST_UPDATES))
    texts = [(news, in_language(news.text, language)) for news in found]
    return [
        Entry(news.id, shorten(text, LONGEST_TITLE, placeholder=" …"), text, news.published_at) for news, text in texts
    ]


def _closed(campaign: Campaign, language: str) -> Entry:
    strings = words.of(language)
    outcome = strings["outcome"][campaign.outcome or "none"]
    last_day = datetime.combine(campaign.closes_on or campaign.created_at.date(), time(), UTC)  # closed before we asked
    text = in_language(campaign.outcome_note, language)
    return Entry(
        uuid.uuid5(campaign.id, "closed"), f"{strings['closed']}: {outcome}", text, campaign.closed_at or last_day
    )
