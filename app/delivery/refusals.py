"""Many letters refused by policy, one after another: their campaign pauses, and says so, before it burns them."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import select

from app.database import Database
from app.delivery.settlement import AttemptOutcome, Settlement
from app.models.campaign import Campaign, CampaignStatus
from app.services.organising import publishing

logger = logging.getLogger(__name__)

MANY = 5  # letters of one campaign in a row, …
PEOPLE = 3  # … of so many supporters: else one whose own words look like spam would stop all others


class Refusals:
    """Remembers, for each campaign, which letters were refused by policy since one was taken, and whose they are."""

    def __init__(self) -> None:
        self._in_a_row: defaultdict[uuid.UUID, dict[uuid.UUID, uuid.UUID]] = defaultdict(dict)

    def note(self, settlements: Iterable[Settlement]) -> dict[uuid.UUID, str]:
        """Return the campaigns that must pause, with the server's words."""
        words: dict[uuid.UUID, str] = {}
        for each in settlements:
            campaign_id, letter_id = each.claim.campaign_id, each.claim.letter_id
            if campaign_id and each.outcome is AttemptOutcome.SENT:
                self._in_a_row.pop(campaign_id, None)
            elif campaign_id and letter_id and each.outcome is AttemptOutcome.AGAINST_POLICY:
                self._in_a_row[campaign_id][letter_id] = each.claim.submission_id
                words[campaign_id] = each.reply
        many = {campaign_id: reply for campaign_id, reply in words.items() if self._are_many(campaign_id)}
        for campaign_id in many:
            del self._in_a_row[campaign_id]
        return many

    def _are_many(self, campaign_id: uuid.UUID) -> bool:
        refused = self._in_a_row.get(campaign_id, {})
        return len(refused) >= MANY and len(set(refused.values())) >= PEOPLE


async def pause(database: Database, campaign_id: uuid.UUID, words: str) -> None:
    """Pause a campaign in a transaction of its own: campaigns are locked before deliveries."""
    async with database.transaction() as session:
        which = select(Campaign).where(Campaign.id == campaign_id).with_for_update(key_share=True)
        campaign = (await session.exec(which)).one()
        if campaign.status is CampaignStatus.ACTIVE:
            await publishing.pause(session, campaign, trouble=f"The mail server refuses these letters: {words}")
            logger.warning("campaign %s is paused: the mail server refuses its letters, one after another", campaign_id)
